#include "daemon/windows_file.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/atomic_file.h"
#include "base/log.h"

namespace boxkited {

namespace {

void tell(const IoError& error) {
    log::error("windows cannot be saved", {{"reason", to_string(error)}});
}

std::filesystem::path with(std::filesystem::path path, const char* ending) {
    return path += ending;
}

}  // namespace

Result<std::unique_ptr<WindowsFile>, IoError> WindowsFile::open(const std::filesystem::path& folder,
                                                                const Identity& identity,
                                                                Storage& storage) {
    const auto path = folder / (identity.endpoint_id + "_" + identity.logger_id + "-" +
                                identity.replica_id + ".windows");
    std::unique_ptr<FileLock> lock;
    if (const auto made = storage.create_directories(folder); !made) {
        tell(made.error());
    } else if (auto taken = storage.lock(with(path, ".lock"), "pid " + std::to_string(getpid()))) {
        lock = *std::move(taken);
    } else if (taken.error().code == EWOULDBLOCK) {
        return Failure{taken.error()};
    } else {
        tell(taken.error());
    }
    return std::unique_ptr<WindowsFile>(new WindowsFile(path, std::move(lock), storage));
}

WindowsFile::WindowsFile(std::filesystem::path path, std::unique_ptr<FileLock> lock,
                         Storage& storage)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      storage_(storage),
      thread_([this] { run(); }) {}

WindowsFile::~WindowsFile() { stop(std::chrono::steady_clock::time_point::max()); }

Result<std::optional<std::string>, IoError> WindowsFile::read(std::size_t most) {
    auto bytes = read_file(storage_, path_, most);
    if (bytes) return std::optional(*std::move(bytes));
    if (bytes.error().code == ENOENT) return std::optional<std::string>();
    return Failure{bytes.error()};
}

void WindowsFile::set_aside() {
    if (const auto renamed = storage_.rename(path_, with(path_, ".aside")); !renamed)
        tell(renamed.error());
}

void WindowsFile::save(std::string bytes) {
    work_.lock()->bytes = std::move(bytes);
    changed_.notify_all();
}

bool WindowsFile::stop(std::chrono::steady_clock::time_point deadline) {
    auto work = work_.lock();
    work->stopping = true;
    changed_.notify_all();
    return changed_.wait_until(work.lock(), deadline, [&] { return work->stopped; });
}

void WindowsFile::run() {
    for (;;) {
        std::optional<std::string> bytes;
        {
            auto work = work_.lock();
            changed_.wait(work.lock(), [&] { return work->bytes || work->stopping; });
            bytes = std::exchange(work->bytes, std::nullopt);
            if (!bytes) {
                work->stopped = true;
                changed_.notify_all();
                return;
            }
        }
        if (const auto saved = replace_file(storage_, path_, *bytes); !saved) tell(saved.error());
    }
}

}  // namespace boxkited
