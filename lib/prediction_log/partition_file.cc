#include "prediction_log/partition_file.h"

#include <cerrno>
#include <utility>

#include "prediction_log/line_tail.h"

namespace boxkited {

namespace {

constexpr int kTries = 10;

}  // namespace

Result<PartitionFile, IoError> PartitionFile::open(Storage& storage, std::filesystem::path path) {
    auto file = storage.open(path, Storage::Missing::kCreate);
    // Who takes away the empty directories of days that are over may take this one.
    for (int i = 0; i < kTries && !file && file.error().code == ENOENT; ++i) {
        const auto made = storage.create_directories(path.parent_path());
        if (!made) return Failure{made.error()};
        file = storage.open(path, Storage::Missing::kCreate);
    }
    if (!file) return Failure{file.error()};
    PartitionFile opened(storage, std::move(path), *std::move(file));
    if (auto found = opened.find_end(); !found) return Failure{found.error()};
    return opened;
}

Result<void, IoError> PartitionFile::find_end() {
    const auto tail = find_line_tail(*file_);
    if (!tail) return Failure{tail.error()};
    is_new_ = tail->size == 0;
    size_ = synced_size_ = tail->lines_end;
    torn_bytes_ = tail->torn_bytes();
    // Padding goes too: no empty lines among the others.
    if (tail->size > tail->lines_end) return file_->truncate(tail->lines_end);
    return {};
}

PartitionFile::Appended PartitionFile::append(std::string_view lines) {
    if (has_rest_) {
        if (auto ready = cut(); !ready) return {0, ready.error()};
    }
    std::size_t in = 0;
    while (in < lines.size()) {
        const auto more = file_->append(lines.substr(in));
        if (!more) {
            const auto newline = lines.substr(0, in).rfind('\n');
            const auto whole = newline == lines.npos ? 0 : newline + 1;
            size_ += whole;
            const auto length = file_->size();
            has_rest_ = in > whole || !length || *length > size_;
            // That this fails as well is found out, and told, before the next line.
            if (has_rest_) (void)cut().has_value();
            return {whole, more.error()};
        }
        in += *more;
    }
    size_ += in;
    return {in, std::nullopt};
}

Result<void, IoError> PartitionFile::cut() {
    auto done = file_->truncate(size_);
    if (done) has_rest_ = false;
    return done;
}

Result<void, IoError> PartitionFile::sync() {
    if (auto done = file_->sync(); !done) return done;
    if (is_new_) {
        if (auto done = storage_->sync_directory(path_.parent_path()); !done) return done;
        is_new_ = false;
    }
    synced_size_ = size_;
    return {};
}

Result<void, IoError> PartitionFile::retreat() {
    auto done = file_->truncate(synced_size_);
    // So that a power cut does not bring back the length, and with it lines that are elsewhere by
    // then. Nothing is left to do when it fails.
    if (done) (void)file_->sync().has_value();
    return done;
}

}  // namespace boxkited
