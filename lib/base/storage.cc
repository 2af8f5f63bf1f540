#include "base/storage.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/unique_fd.h"

namespace boxkited {

namespace {

namespace fs = std::filesystem;

Failure<IoError> failed(std::string_view operation, const fs::path& path, int code = errno) {
    return Failure{IoError{operation, path, code}};
}

// Calls until it is not interrupted. A failing call returns a negative number and sets errno.
template <typename Call>
auto uninterrupted(Call call) {
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

bool same_file(const struct stat& a, const struct stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// An error is neither: who takes it for a no would leave a file that is in its place.
Result<bool, IoError> is_at(int descriptor, const fs::path& path) {
    struct stat open_file {};
    struct stat named {};
    if (::fstat(descriptor, &open_file) != 0) return failed("stat", path);
    if (::lstat(path.c_str(), &named) == 0) return same_file(open_file, named);
    const bool leads_nowhere = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
    if (leads_nowhere) return false;
    return failed("stat", path);
}

// Opens a regular file and nothing else: O_NONBLOCK keeps a FIFO from holding the caller until
// its other end opens, and means nothing to a regular file.
Result<UniqueFd, IoError> open_regular(const fs::path& path, int flags) {
    constexpr int kAlways = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    UniqueFd descriptor(uninterrupted([&] { return ::open(path.c_str(), flags | kAlways, 0640); }));
    if (descriptor.get() < 0) {
        const bool other_kind = errno == EISDIR || errno == ENXIO || errno == ENODEV;
        return failed("open", path, other_kind ? EINVAL : errno);
    }
    struct stat status {};
    if (::fstat(descriptor.get(), &status) != 0) return failed("open", path);
    if (!S_ISREG(status.st_mode)) return failed("open", path, EINVAL);
    return descriptor;
}

// Fewer bytes cost less through the page cache: a direct write waits for the disk.
constexpr std::size_t kWorthDirect = 256 << 10;

// Appends through the page cache, but for the whole pages of much that lies as they do: these go
// past it (O_DIRECT). A direct write shares no page with the cached ones before and behind it, so
// the length is exact at any time, and no page is read back or written twice.
class DiskFile final : public File {
public:
    DiskFile(UniqueFd descriptor, fs::path path)
        : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

    Result<std::size_t, IoError> append(std::string_view bytes) override {
        if (can_be_direct_ && bytes.size() >= kWorthDirect) {
            const auto length = size();
            if (!length) return Failure{length.error()};
            const auto into_page = static_cast<std::size_t>(*length % page_bytes());
            if (into_page == reinterpret_cast<std::uintptr_t>(bytes.data()) % page_bytes()) {
                if (into_page > 0) return append_cached(bytes.substr(0, page_bytes() - into_page));
                return append_direct(bytes);
            }
        }
        return append_cached(bytes);
    }

    Result<std::size_t, IoError> read_at(std::uint64_t offset, char* buffer,
                                         std::size_t size) override {
        std::size_t filled = 0;
        while (filled < size) {
            const auto got = uninterrupted([&] {
                return ::pread(descriptor_.get(), buffer + filled, size - filled,
                               static_cast<off_t>(offset + filled));
            });
            if (got < 0) return failed("read", path_);
            if (got == 0) break;
            filled += static_cast<std::size_t>(got);
        }
        return filled;
    }

    Result<std::uint64_t, IoError> size() override {
        struct stat status {};
        if (::fstat(descriptor_.get(), &status) != 0) return failed("stat", path_);
        return static_cast<std::uint64_t>(status.st_size);
    }

    Result<void, IoError> truncate(std::uint64_t size) override {
        const auto offset = static_cast<off_t>(size);
        if (uninterrupted([&] { return ::ftruncate(descriptor_.get(), offset); }) != 0)
            return failed("truncate", path_);
        return {};
    }

    Result<void, IoError> sync() override {
        if (const int code = std::exchange(write_back_error_, 0))
            return failed("fsync", path_, code);
        // fdatasync() writes the length too, only not the times.
        if (uninterrupted([&] { return ::fdatasync(descriptor_.get()); }) != 0)
            return failed("fsync", path_);
        is_cached_ = false;
        return {};
    }

    Result<bool, IoError> is_still_at_its_path() override {
        return is_at(descriptor_.get(), path_);
    }

private:
    Result<std::size_t, IoError> append_cached(std::string_view bytes) {
        is_cached_ = true;
        return taken(write(bytes), bytes);
    }

    // `bytes` and the end of the file lie at the beginning of a page.
    Result<std::size_t, IoError> append_direct(std::string_view bytes) {
        if (!write_back() || !set_direct(true)) return append_cached(bytes);
        const auto written = write(bytes.substr(0, bytes.size() / page_bytes() * page_bytes()));
        const int code = errno;
        set_direct(false);
        if (written < 0 && (code == EINVAL || code == EOPNOTSUPP)) {
            can_be_direct_ = false;
            return append_cached(bytes);
        }
        // It takes all or nothing; the page cache takes as much as there is room for.
        if (written < 0 && (code == ENOSPC || code == EDQUOT)) return append_cached(bytes);
        errno = code;
        return taken(written, bytes);
    }

    ssize_t write(std::string_view bytes) {
        return uninterrupted(
            [&] { return ::write(descriptor_.get(), bytes.data(), bytes.size()); });
    }

    Result<std::size_t, IoError> taken(ssize_t written, std::string_view bytes) {
        if (written < 0) return failed("write", path_);
        // No file system should say this, and a caller that goes on with the rest would spin.
        if (written == 0 && !bytes.empty()) return failed("write", path_, EIO);
        return static_cast<std::size_t>(written);
    }

    // Writes what the page cache holds of the file to the disk. Else a power cut could leave a
    // file that has lost some of it and yet kept what was written directly behind it.
    bool write_back() {
        if (!is_cached_) return true;
        constexpr unsigned kWriteAndWait =
            SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
        constexpr off_t kToTheEnd = 0;
        const auto done = uninterrupted(
            [&] { return ::sync_file_range(descriptor_.get(), 0, kToTheEnd, kWriteAndWait); });
        is_cached_ = done != 0;
        if (done == 0) return true;
        can_be_direct_ = false;
        // The kernel has told it now, and would not tell it again.
        if (errno != ENOSYS && errno != EINVAL && errno != ESPIPE) write_back_error_ = errno;
        return false;
    }

    bool set_direct(bool on) {
        if (flags_ < 0) flags_ = ::fcntl(descriptor_.get(), F_GETFL);
        const bool done = flags_ >= 0 &&
                          ::fcntl(descriptor_.get(), F_SETFL, on ? flags_ | O_DIRECT : flags_) == 0;
        if (!done) can_be_direct_ = false;
        return done;
    }

    const UniqueFd descriptor_;
    const fs::path path_;
    int flags_ = -1;             // Of the descriptor, O_DIRECT left out.
    bool can_be_direct_ = true;  // As far as is known.
    bool is_cached_ = true;      // The page cache may hold what the disk does not.
    int write_back_error_ = 0;   // For the next sync().
};

class DiskFileLock final : public FileLock {
public:
    explicit DiskFileLock(UniqueFd descriptor) : descriptor_(std::move(descriptor)) {}

private:
    const UniqueFd descriptor_;
};

fs::path parent_of(const fs::path& path) {
    const fs::path parent = path.parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

bool leads_to_directory(const fs::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// A few words of what the lock's holder wrote, fit for a message.
std::string holder_in(int descriptor) {
    char text[100];
    const auto size = ::pread(descriptor, text, sizeof text, 0);
    std::string holder(text, size > 0 ? static_cast<std::size_t>(size) : 0);
    holder.erase(std::min(holder.find('\n'), holder.size()));
    std::replace_if(
        holder.begin(), holder.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return holder.empty() ? "another process" : holder;
}

// The lock does not depend on this, so that a full disk is no reason to refuse it.
void write_holder(int descriptor, std::string_view holder) {
    std::string text(holder);
    text += '\n';
    if (::ftruncate(descriptor, 0) == 0) (void)!::pwrite(descriptor, text.data(), text.size(), 0);
}

DirectoryEntry::Type type_of(const struct stat& status) {
    if (S_ISREG(status.st_mode)) return DirectoryEntry::Type::kFile;
    if (S_ISDIR(status.st_mode)) return DirectoryEntry::Type::kDirectory;
    return DirectoryEntry::Type::kOther;
}

DirectoryEntry entry_of(std::string name, const struct stat& status) {
    DirectoryEntry entry{.name = std::move(name), .type = type_of(status)};
    if (entry.type == DirectoryEntry::Type::kFile)
        entry.bytes = static_cast<std::uint64_t>(status.st_size);
    const auto since_epoch = std::chrono::seconds(status.st_mtim.tv_sec) +
                             std::chrono::nanoseconds(status.st_mtim.tv_nsec);
    entry.modified = WallTime(std::chrono::floor<std::chrono::microseconds>(since_epoch));
    return entry;
}

struct Listing {
    std::vector<DirectoryEntry> entries;
    bool something_vanished = false;
};

Result<Listing, IoError> list_once(const fs::path& path) {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), &::closedir);
    Listing listing;
    if (!directory) {
        if (errno == ENOENT) return listing;
        return failed("list", path);
    }
    for (;;) {
        errno = 0;
        const dirent* found = ::readdir(directory.get());
        if (!found && errno != 0) return failed("list", path);
        if (!found) return listing;
        std::string name = found->d_name;
        if (name == "." || name == "..") continue;
        struct stat status {};
        if (::fstatat(::dirfd(directory.get()), found->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
            listing.entries.push_back(entry_of(std::move(name), status));
        else if (errno == ENOENT)
            listing.something_vanished = true;
        // One that cannot be looked at is none of ours.
    }
}

}  // namespace

std::size_t page_bytes() noexcept {
    static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

std::string to_string(const IoError& error) {
    std::string text(error.operation);
    text += ' ';
    text += error.path.native();
    text += ": ";
    text += std::generic_category().message(error.code);
    return text;
}

Result<std::unique_ptr<File>, IoError> DiskStorage::open(const fs::path& path, Missing missing) {
    auto descriptor = open_regular(path, O_APPEND | (missing == Missing::kCreate ? O_CREAT : 0));
    if (!descriptor) return Failure{descriptor.error()};
    return std::unique_ptr<File>(std::make_unique<DiskFile>(*std::move(descriptor), path));
}

Result<void, IoError> DiskStorage::create_directories(const fs::path& path) {
    // Asked first, since a read-only file system refuses even to make what is there.
    if (leads_to_directory(path)) return {};
    const fs::path parent = parent_of(path);
    if (parent != path) {
        if (auto made = create_directories(parent); !made) return made;
    }
    if (::mkdir(path.c_str(), 0750) != 0) {
        const int code = errno;
        if (code == EEXIST && leads_to_directory(path)) return {};  // Another process was faster.
        return failed("mkdir", path, code == EEXIST ? ENOTDIR : code);
    }
    auto synced = sync_directory(parent);
    // Taken away again, or the next call would find it and believe that it is on the disk.
    if (!synced) ::rmdir(path.c_str());
    return synced;
}

Result<void, IoError> DiskStorage::sync_directory(const fs::path& path) {
    const UniqueFd descriptor(
        uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (descriptor.get() < 0) return failed("open", path);
    // EINVAL: the file system has nothing to sync in a directory.
    if (uninterrupted([&] { return ::fsync(descriptor.get()); }) != 0 && errno != EINVAL)
        return failed("fsync", path);
    return {};
}

Result<std::vector<DirectoryEntry>, IoError> DiskStorage::list(const fs::path& path) {
    // What vanished may have been given another name, which was passed by before.
    constexpr int kMostTries = 10;
    Listing listing;
    for (int i = 0; i == 0 || (listing.something_vanished && i < kMostTries); ++i) {
        auto listed = list_once(path);
        if (!listed) return Failure{listed.error()};
        listing = *std::move(listed);
    }
    std::sort(listing.entries.begin(), listing.entries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return std::move(listing.entries);
}

Result<void, IoError> DiskStorage::rename(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return failed("rename", from);
    return {};
}

Result<void, IoError> DiskStorage::remove(const fs::path& path) {
    if (std::remove(path.c_str()) != 0) return failed("remove", path);
    return {};
}

Result<std::unique_ptr<FileLock>, IoError> DiskStorage::lock(const fs::path& path,
                                                             std::string_view holder) {
    for (;;) {
        auto opened = open_regular(path, O_CREAT);
        if (!opened) return Failure{opened.error()};
        UniqueFd descriptor = *std::move(opened);
        if (uninterrupted([&] { return ::flock(descriptor.get(), LOCK_EX | LOCK_NB); }) != 0) {
            const int code = errno;
            if (code != EWOULDBLOCK) return failed("lock", path, code);
            const auto told = path.native() + " (held by " + holder_in(descriptor.get()) + ")";
            return failed("lock", told, code);
        }
        // Someone may have removed the file before the lock was ours: it would then be no lock.
        const auto is_lock = is_at(descriptor.get(), path);
        if (!is_lock) return Failure{is_lock.error()};
        if (!*is_lock) continue;
        write_holder(descriptor.get(), holder);
        return std::unique_ptr<FileLock>(std::make_unique<DiskFileLock>(std::move(descriptor)));
    }
}

}  // namespace boxkited
