#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace boxkited {

// Why the file system refused. `operation` is a fixed word ("open", "write", "fsync", ...): the
// value of the `operation` label of boxkited_log_errors_total.
struct IoError {
    std::string_view operation;
    std::filesystem::path path;
    int code = 0;  // An errno value.
};

// "write /var/lib/boxkited/...: No space left on device"
std::string to_string(const IoError& error);

// Of memory and of the page cache; a power of two.
std::size_t page_bytes() noexcept;

// An open file. Closing (the destructor) never syncs.
//
// Threads: one at a time.
class File {
public:
    virtual ~File() = default;

    // Appends at the end; EINTR is retried. How many bytes went in, which may be fewer than
    // given (at least 1); the caller goes on with the rest. After an error the file may have
    // grown by bytes that are not to be believed.
    //
    // Many bytes at a time cost least when their address and the length of the file have the same
    // remainder by page_bytes(): the disk then takes them from where they lie, without a copy in
    // the page cache, if the file system can do that.
    virtual Result<std::size_t, IoError> append(std::string_view bytes) = 0;
    // Fills `buffer` from `offset` as far as the file goes; how many bytes that were.
    virtual Result<std::size_t, IoError> read_at(std::uint64_t offset, char* buffer,
                                                 std::size_t size) = 0;
    virtual Result<std::uint64_t, IoError> size() = 0;
    virtual Result<void, IoError> truncate(std::uint64_t size) = 0;
    // On the disk when it returns: contents and length. After an error it is unknown what of the
    // file is on the disk, and the next call will not say.
    virtual Result<void, IoError> sync() = 0;
    // Whether the path that opened it still leads to this very file.
    virtual Result<bool, IoError> is_still_at_its_path() = 0;
};

// A lock that ends with this object or with the process, whichever is first.
class FileLock {
public:
    virtual ~FileLock() = default;
};

struct DirectoryEntry {
    enum class Type { kFile, kDirectory, kOther };  // A symbolic link is kOther, wherever it leads.
    std::string name;
    Type type;
    std::uint64_t bytes = 0;  // For a file.
    WallTime modified{};
};

// The file system. The seam that tests replace to make disks fail.
//
// Threads: any thread may call any member.
class Storage {
public:
    virtual ~Storage() = default;

    enum class Missing { kCreate, kFail };
    // For appending and reading. Only a regular file, never through a symbolic link at its name,
    // never waiting (a FIFO is refused); ELOOP or EINVAL otherwise. Files are made 0640.
    virtual Result<std::unique_ptr<File>, IoError> open(const std::filesystem::path& path,
                                                        Missing missing) = 0;
    // Makes what is missing (mode 0750) and syncs the parent of each directory it made.
    virtual Result<void, IoError> create_directories(const std::filesystem::path& path) = 0;
    virtual Result<void, IoError> sync_directory(const std::filesystem::path& path) = 0;
    // Sorted by name; `.` and `..` left out. A missing directory is an empty one.
    virtual Result<std::vector<DirectoryEntry>, IoError> list(
        const std::filesystem::path& path) = 0;
    virtual Result<void, IoError> rename(const std::filesystem::path& from,
                                         const std::filesystem::path& to) = 0;
    // Removes one file, or one empty directory. A symbolic link itself, never what it leads to.
    virtual Result<void, IoError> remove(const std::filesystem::path& path) = 0;

    // Takes the lock that the file stands for, made when missing, and writes `holder` into it.
    // When another process has it: an IoError with code EWOULDBLOCK, whose path is followed by
    // what that process wrote, "... (held by pid 4711)".
    virtual Result<std::unique_ptr<FileLock>, IoError> lock(const std::filesystem::path& path,
                                                            std::string_view holder) = 0;
};

// The machine's own.
class DiskStorage final : public Storage {
public:
    Result<std::unique_ptr<File>, IoError> open(const std::filesystem::path& path,
                                                Missing missing) override;
    Result<void, IoError> create_directories(const std::filesystem::path& path) override;
    Result<void, IoError> sync_directory(const std::filesystem::path& path) override;
    Result<std::vector<DirectoryEntry>, IoError> list(const std::filesystem::path& path) override;
    Result<void, IoError> rename(const std::filesystem::path& from,
                                 const std::filesystem::path& to) override;
    Result<void, IoError> remove(const std::filesystem::path& path) override;
    Result<std::unique_ptr<FileLock>, IoError> lock(const std::filesystem::path& path,
                                                    std::string_view holder) override;
};

}  // namespace boxkited
