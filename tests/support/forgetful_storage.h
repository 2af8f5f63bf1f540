#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/storage.h"
#include "support/temporary_directory.h"

namespace boxkited {

// The machine's file system, that knows what a power cut would leave of it: of a file what was
// synced, and of names, which are synced with their directory, likewise.
//
// Threads: any thread may call any member.
class ForgetfulStorage final : public Storage {
public:
    using Contents = std::map<std::filesystem::path, std::string>;

    // What is below `root` already is on the disk.
    explicit ForgetfulStorage(const std::filesystem::path& root) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
            if (entry.is_regular_file()) names_[entry.path()] = inode_of(read_file(entry.path()));
        synced_names_ = names_;
    }

    // Of what was written and not synced the disk may have none, or some: here the first half.
    enum class Unsynced { kNone, kHalf };
    // The files that are left when the power fails now; their names are those that are synced.
    Contents after_power_cut(Unsynced unsynced) const {
        const std::lock_guard lock(mutex_);
        Contents left;
        for (const auto& [path, inode] : synced_names_) left[path] = inode->synced;
        if (unsynced == Unsynced::kNone) return left;
        for (const auto& [path, inode] : names_) {
            const auto text = read_file(path);
            for (const auto& [synced_path, other] : synced_names_)
                if (other == inode) left[synced_path] += first_half_behind(inode->synced, text);
        }
        return left;
    }

    Result<std::unique_ptr<File>, IoError> open(const std::filesystem::path& path,
                                                Missing missing) override {
        auto file = disk_.open(path, missing);
        if (!file) return file;
        const std::lock_guard lock(mutex_);
        auto& inode = names_[path];
        if (!inode) inode = inode_of("");
        return std::unique_ptr<File>(
            std::make_unique<ForgetfulFile>(*this, *std::move(file), inode));
    }
    Result<void, IoError> create_directories(const std::filesystem::path& path) override {
        return disk_.create_directories(path);
    }
    Result<void, IoError> sync_directory(const std::filesystem::path& path) override {
        auto done = disk_.sync_directory(path);
        if (!done) return done;
        const std::lock_guard lock(mutex_);
        std::erase_if(synced_names_, [&](const auto& name) { return is_in(path, name.first); });
        for (const auto& name : names_)
            if (is_in(path, name.first)) synced_names_.insert(name);
        return done;
    }
    Result<std::vector<DirectoryEntry>, IoError> list(const std::filesystem::path& path) override {
        return disk_.list(path);
    }
    Result<void, IoError> rename(const std::filesystem::path& from,
                                 const std::filesystem::path& to) override {
        auto done = disk_.rename(from, to);
        if (!done) return done;
        const std::lock_guard lock(mutex_);
        if (auto moved = names_.extract(from)) names_[to] = moved.mapped();
        return done;
    }
    Result<void, IoError> remove(const std::filesystem::path& path) override {
        auto done = disk_.remove(path);
        if (!done) return done;
        const std::lock_guard lock(mutex_);
        names_.erase(path);
        return done;
    }
    Result<std::unique_ptr<FileLock>, IoError> lock(const std::filesystem::path& path,
                                                    std::string_view holder) override {
        return disk_.lock(path, holder);
    }

private:
    struct Inode {
        std::string synced;
    };
    using Names = std::map<std::filesystem::path, std::shared_ptr<Inode>>;

    class ForgetfulFile final : public File {
    public:
        ForgetfulFile(ForgetfulStorage& storage, std::unique_ptr<File> file,
                      std::shared_ptr<Inode> inode)
            : storage_(storage), file_(std::move(file)), inode_(std::move(inode)) {}

        Result<std::size_t, IoError> append(std::string_view bytes) override {
            return file_->append(bytes);
        }
        Result<std::size_t, IoError> read_at(std::uint64_t offset, char* buffer,
                                             std::size_t size) override {
            return file_->read_at(offset, buffer, size);
        }
        Result<std::uint64_t, IoError> size() override { return file_->size(); }
        Result<void, IoError> truncate(std::uint64_t size) override {
            return file_->truncate(size);
        }
        Result<void, IoError> sync() override {
            auto done = file_->sync();
            if (!done) return done;
            const auto size = file_->size();
            if (!size) return Failure{size.error()};
            std::string text(*size, '\0');
            if (auto got = file_->read_at(0, text.data(), text.size()); !got)
                return Failure{got.error()};
            const std::lock_guard lock(storage_.mutex_);
            inode_->synced = std::move(text);
            return done;
        }
        Result<bool, IoError> is_still_at_its_path() override {
            return file_->is_still_at_its_path();
        }

    private:
        ForgetfulStorage& storage_;
        const std::unique_ptr<File> file_;
        const std::shared_ptr<Inode> inode_;
    };

    static std::shared_ptr<Inode> inode_of(std::string synced) {
        return std::make_shared<Inode>(Inode{std::move(synced)});
    }
    static bool is_in(const std::filesystem::path& directory, const std::filesystem::path& name) {
        return name.parent_path() == directory;
    }
    static std::string first_half_behind(const std::string& synced, const std::string& text) {
        if (text.size() <= synced.size()) return {};
        return text.substr(synced.size(), (text.size() - synced.size() + 1) / 2);
    }

    DiskStorage disk_;
    mutable std::mutex mutex_;  // Protects what follows.
    Names names_;
    Names synced_names_;
};

}  // namespace boxkited
