#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/guarded.h"
#include "base/storage.h"
#include "event/identity.h"

namespace boxkited {

// The file in which windows outlive the process: one for each endpoint, logger and replica. It is
// written on a thread of its own, so that a slow disk holds up nobody.
//
// Threads: any thread may call any member.
class WindowsFile {
public:
    // Takes the lock of the file; an error when another process has it. A folder that cannot be
    // written is no error: it is told now, and again with each save.
    static Result<std::unique_ptr<WindowsFile>, IoError> open(const std::filesystem::path& folder,
                                                              const Identity& identity,
                                                              Storage& storage);
    ~WindowsFile();

    const std::filesystem::path& path() const { return path_; }

    // What an earlier process saved; nothing when there is no file. Longer than `most` is EFBIG.
    Result<std::optional<std::string>, IoError> read(std::size_t most);
    // Keeps a file that cannot be used under another name, `{path}.aside`.
    void set_aside();

    // Writes the bytes soon, instead of any that still wait.
    void save(std::string bytes);
    // Writes what waits and ends. False when the disk hangs at `deadline`: then this object can no
    // longer be destroyed.
    bool stop(std::chrono::steady_clock::time_point deadline);

private:
    struct Work {
        std::optional<std::string> bytes;
        bool stopping = false;
        bool stopped = false;
    };

    WindowsFile(std::filesystem::path path, std::unique_ptr<FileLock> lock, Storage& storage);
    void run();

    const std::filesystem::path path_;
    const std::unique_ptr<FileLock> lock_;
    Storage& storage_;
    Guarded<Work> work_;
    std::condition_variable changed_;
    std::jthread thread_;  // Last: it uses all of the above.
};

}  // namespace boxkited
