#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "base/storage.h"

namespace boxkited {

// A file of the log, open for appending. Between two calls it holds whole lines only, or knows
// that it does not and cuts the rest off before anything else goes in.
//
// Threads: the writer's.
class PartitionFile {
public:
    // Makes the file and its directory when they are missing. An existing file is gone on with
    // behind its last whole line; `torn_bytes` tells what was cut off.
    static Result<PartitionFile, IoError> open(Storage& storage, std::filesystem::path path);

    struct Appended {
        std::size_t bytes = 0;         // Whole lines that are in the file now.
        std::optional<IoError> error;  // Why they are fewer than given.
    };
    // `lines` ends with a newline.
    Appended append(std::string_view lines);

    // What was appended is on the disk, the name of a new file included. After an error nothing
    // appended since the last success is to be believed, and asking again would tell a lie:
    // retreat() is the only way on.
    Result<void, IoError> sync();
    // Cuts off what came after the last good sync. Nothing can be appended after it.
    Result<void, IoError> retreat();

    // False when the file was removed or moved.
    Result<bool, IoError> is_still_at_its_path() { return file_->is_still_at_its_path(); }
    // False when a failed append left bytes behind that could not be cut off: who opened the file
    // anew would believe the lines among them.
    bool is_whole() const { return !has_rest_; }
    // It holds nothing that a sync has confirmed.
    bool is_nothing_synced() const { return synced_size_ == 0; }

    // Of its whole lines.
    std::uint64_t size() const { return size_; }
    const std::filesystem::path& path() const { return path_; }
    std::uint64_t torn_bytes() const { return torn_bytes_; }

private:
    PartitionFile(Storage& storage, std::filesystem::path path, std::unique_ptr<File> file)
        : storage_(&storage), path_(std::move(path)), file_(std::move(file)) {}

    Result<void, IoError> find_end();
    Result<void, IoError> cut();

    Storage* storage_;
    std::filesystem::path path_;
    std::unique_ptr<File> file_;
    std::uint64_t size_ = 0;
    std::uint64_t synced_size_ = 0;  // At the last good sync, or when it was opened.
    std::uint64_t torn_bytes_ = 0;
    bool has_rest_ = false;  // Behind `size_`, and it could not be cut off.
    bool is_new_ = false;    // Its directory may not have its name on the disk yet.
};

}  // namespace boxkited
