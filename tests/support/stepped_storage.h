#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/storage.h"

namespace boxkited {

// A file system, each call of which is a step that something becomes of.
//
//   SteppedStorage storage(disk, [](int step) { return step == 3 ? Fate::failed(EIO) : Fate(); });
//
// Threads: any thread may call any member; steps come one at a time.
class SteppedStorage final : public Storage {
public:
    struct Fate {
        enum class End { kNone, kBefore, kWithin, kAfter };

        static Fate failed(int code) { return {code, End::kNone}; }
        // Of a write, half of the bytes are in the file nevertheless.
        static Fate failed_within(int code) { return {code, End::kWithin}; }
        // The process is killed: before the call, after it, or when half of the bytes are written.
        static Fate killed(End when) { return {0, when}; }

        int code = 0;
        End end = End::kNone;
    };
    // Asked before each call, with its number, from 1 on.
    using Fates = std::function<Fate(int step)>;

    // `disk` outlives it.
    SteppedStorage(Storage& disk, Fates fates) : disk_(disk), fates_(std::move(fates)) {}

    Result<std::unique_ptr<File>, IoError> open(const std::filesystem::path& path,
                                                Missing missing) override {
        using Opened = Result<std::unique_ptr<File>, IoError>;
        return step<Opened>("open", path, [&]() -> Opened {
            auto file = disk_.open(path, missing);
            if (!file) return file;
            return std::unique_ptr<File>(
                std::make_unique<SteppedFile>(*this, *std::move(file), path));
        });
    }
    Result<void, IoError> create_directories(const std::filesystem::path& path) override {
        return step<Done>("mkdir", path, [&] { return disk_.create_directories(path); });
    }
    Result<void, IoError> sync_directory(const std::filesystem::path& path) override {
        return step<Done>("fsync", path, [&] { return disk_.sync_directory(path); });
    }
    Result<std::vector<DirectoryEntry>, IoError> list(const std::filesystem::path& path) override {
        using Listed = Result<std::vector<DirectoryEntry>, IoError>;
        return step<Listed>("list", path, [&] { return disk_.list(path); });
    }
    Result<void, IoError> rename(const std::filesystem::path& from,
                                 const std::filesystem::path& to) override {
        return step<Done>("rename", from, [&] { return disk_.rename(from, to); });
    }
    Result<void, IoError> remove(const std::filesystem::path& path) override {
        return step<Done>("remove", path, [&] { return disk_.remove(path); });
    }
    Result<std::unique_ptr<FileLock>, IoError> lock(const std::filesystem::path& path,
                                                    std::string_view holder) override {
        using Locked = Result<std::unique_ptr<FileLock>, IoError>;
        return step<Locked>("lock", path, [&] { return disk_.lock(path, holder); });
    }

private:
    using Done = Result<void, IoError>;
    using End = Fate::End;

    class SteppedFile final : public File {
    public:
        SteppedFile(SteppedStorage& storage, std::unique_ptr<File> file, std::filesystem::path path)
            : storage_(storage), file_(std::move(file)), path_(std::move(path)) {}

        Result<std::size_t, IoError> append(std::string_view bytes) override {
            return storage_.step<Result<std::size_t, IoError>>(
                "write", path_, [&] { return file_->append(bytes); },
                [&] { (void)file_->append(bytes.substr(0, bytes.size() / 2)); });
        }
        Result<std::size_t, IoError> read_at(std::uint64_t offset, char* buffer,
                                             std::size_t size) override {
            return storage_.step<Result<std::size_t, IoError>>(
                "read", path_, [&] { return file_->read_at(offset, buffer, size); });
        }
        Result<std::uint64_t, IoError> size() override {
            return storage_.step<Result<std::uint64_t, IoError>>("stat", path_,
                                                                 [&] { return file_->size(); });
        }
        Result<void, IoError> truncate(std::uint64_t size) override {
            return storage_.step<Done>("truncate", path_, [&] { return file_->truncate(size); });
        }
        Result<void, IoError> sync() override {
            return storage_.step<Done>("fsync", path_, [&] { return file_->sync(); });
        }
        Result<bool, IoError> is_still_at_its_path() override {
            return storage_.step<Result<bool, IoError>>(
                "stat", path_, [&] { return file_->is_still_at_its_path(); });
        }

    private:
        SteppedStorage& storage_;
        const std::unique_ptr<File> file_;
        const std::filesystem::path path_;
    };

    template <typename R>
    R step(
        std::string_view operation, const std::filesystem::path& path,
        const std::function<R()>& call, const std::function<void()>& half = [] {}) {
        Fate fate;
        {
            const std::lock_guard lock(mutex_);
            fate = fates_(++steps_);
        }
        if (fate.end == End::kWithin) half();
        if (fate.code != 0) return Failure{IoError{operation, path, fate.code}};
        if (fate.end == End::kBefore || fate.end == End::kWithin) (void)std::raise(SIGKILL);
        R result = call();
        if (fate.end == End::kAfter) (void)std::raise(SIGKILL);
        return result;
    }

    Storage& disk_;
    const Fates fates_;
    mutable std::mutex mutex_;  // Protects what follows, and is held while a fate is asked for.
    int steps_ = 0;
};

}  // namespace boxkited
