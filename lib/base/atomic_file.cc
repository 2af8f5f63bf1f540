#include "base/atomic_file.h"

#include <cerrno>
#include <memory>

namespace boxkited {

namespace {

namespace fs = std::filesystem;

Result<void, IoError> write_all(File& file, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = file.append(bytes);
        if (!written) return Failure{written.error()};
        bytes.remove_prefix(*written);
    }
    return file.sync();
}

Result<void, IoError> write_new(Storage& storage, const fs::path& path, std::string_view bytes) {
    auto file = storage.open(path, Storage::Missing::kCreate);
    if (!file) return Failure{file.error()};
    // An earlier process may have ended before it was done.
    if (auto emptied = (*file)->truncate(0); !emptied) return emptied;
    return write_all(**file, bytes);
}

}  // namespace

Result<void, IoError> replace_file(Storage& storage, const fs::path& path, std::string_view bytes) {
    const fs::path folder = path.parent_path();
    if (auto made = storage.create_directories(folder); !made) return made;
    fs::path fresh = path;
    fresh += ".new";
    auto replaced = write_new(storage, fresh, bytes);
    if (replaced) replaced = storage.rename(fresh, path);
    if (replaced) return storage.sync_directory(folder);
    // On a full disk it would take the room of others.
    [[maybe_unused]] const auto removed = storage.remove(fresh);
    return replaced;
}

Result<std::string, IoError> read_file(Storage& storage, const fs::path& path, std::size_t most) {
    auto file = storage.open(path, Storage::Missing::kFail);
    if (!file) return Failure{file.error()};
    const auto size = (*file)->size();
    if (!size) return Failure{size.error()};
    if (*size > most) return Failure{IoError{"read", path, EFBIG}};
    std::string bytes(*size, '\0');
    const auto got = (*file)->read_at(0, bytes.data(), bytes.size());
    if (!got) return Failure{got.error()};
    bytes.resize(*got);
    return bytes;
}

}  // namespace boxkited
