#pragma once

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/storage.h"

namespace boxkited {

// The machine's file system, on a disk that fails when it is told to.
//
//   FaultyStorage storage;
//   storage.fail(Call::kSync, EIO, {.after = 1});  // The second sync from now on fails, once.
//   storage.set_room(1000);                        // After 1000 bytes more the disk is full.
//   storage.block(Call::kAppend);                  // Writing does not return until unblock().
//
// Threads: any thread may call any member.
class FaultyStorage final : public Storage {
public:
    enum class Call {
        kOpen,
        kAppend,
        kTruncate,
        kSync,
        kMakeDirectory,
        kSyncDirectory,
        kRename,
        kRemove,
        kCount
    };
    static constexpr int kForGood = std::numeric_limits<int>::max();
    struct When {
        int after = 0;  // Calls that go well before.
        int times = 1;
        bool half = false;  // Of the bytes of an append are in the file nevertheless.
    };

    void fail(Call call, int code, When when) {
        const std::lock_guard lock(mutex_);
        at(call).code = code;
        at(call).good_before = when.after;
        at(call).failures = when.times;
        at(call).leaves_half = when.half;
    }
    void fail(Call call, int code) { fail(call, code, {}); }
    void heal() {
        const std::lock_guard lock(mutex_);
        for (auto& state : states_) state.failures = 0;
        room_.reset();
    }
    // Listings leave out names with this in them, as they may while a file takes another name.
    void hide(std::string_view part) {
        const std::lock_guard lock(mutex_);
        hidden_ = part;
    }
    // Bytes that still fit on the disk; what does not fit is cut off.
    void set_room(std::uint64_t bytes) {
        const std::lock_guard lock(mutex_);
        room_ = bytes;
    }
    void shorten_writes(std::size_t at_most) {
        const std::lock_guard lock(mutex_);
        longest_write_ = at_most;
    }

    void block(Call call) {
        const std::lock_guard lock(mutex_);
        at(call).is_blocked = true;
    }
    void unblock() {
        const std::lock_guard lock(mutex_);
        for (auto& state : states_) state.is_blocked = false;
        changed_.notify_all();
    }
    // Until somebody is held by block().
    void await_blocked() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return held_ > 0; });
    }

    int calls(Call call) const {
        const std::lock_guard lock(mutex_);
        return at(call).calls;
    }

    Result<std::unique_ptr<File>, IoError> open(const std::filesystem::path& path,
                                                Missing missing) override {
        if (const int code = enter(Call::kOpen)) return Failure{IoError{"open", path, code}};
        auto file = disk_.open(path, missing);
        if (!file) return file;
        return std::unique_ptr<File>(std::make_unique<FaultyFile>(*this, *std::move(file), path));
    }
    Result<void, IoError> create_directories(const std::filesystem::path& path) override {
        if (const int code = enter(Call::kMakeDirectory))
            return Failure{IoError{"mkdir", path, code}};
        return disk_.create_directories(path);
    }
    Result<void, IoError> sync_directory(const std::filesystem::path& path) override {
        if (const int code = enter(Call::kSyncDirectory))
            return Failure{IoError{"fsync", path, code}};
        return disk_.sync_directory(path);
    }
    Result<std::vector<DirectoryEntry>, IoError> list(const std::filesystem::path& path) override {
        auto entries = disk_.list(path);
        const std::lock_guard lock(mutex_);
        if (entries && !hidden_.empty())
            std::erase_if(*entries, [&](const DirectoryEntry& entry) {
                return entry.name.find(hidden_) != entry.name.npos;
            });
        return entries;
    }
    Result<void, IoError> rename(const std::filesystem::path& from,
                                 const std::filesystem::path& to) override {
        if (const int code = enter(Call::kRename)) return Failure{IoError{"rename", from, code}};
        return disk_.rename(from, to);
    }
    Result<void, IoError> remove(const std::filesystem::path& path) override {
        if (const int code = enter(Call::kRemove)) return Failure{IoError{"remove", path, code}};
        return disk_.remove(path);
    }
    Result<std::unique_ptr<FileLock>, IoError> lock(const std::filesystem::path& path,
                                                    std::string_view holder) override {
        return disk_.lock(path, holder);
    }

private:
    struct State {
        int calls = 0;
        int code = 0;
        int good_before = 0;
        int failures = 0;
        bool leaves_half = false;
        bool is_blocked = false;
    };

    class FaultyFile final : public File {
    public:
        FaultyFile(FaultyStorage& storage, std::unique_ptr<File> file, std::filesystem::path path)
            : storage_(storage), file_(std::move(file)), path_(std::move(path)) {}

        Result<std::size_t, IoError> append(std::string_view bytes) override {
            if (const int code = storage_.enter(Call::kAppend)) {
                if (storage_.leaves_half()) (void)file_->append(bytes.substr(0, bytes.size() / 2));
                return Failure{IoError{"write", path_, code}};
            }
            const auto fitting = storage_.take_room(bytes.size());
            if (fitting == 0) return Failure{IoError{"write", path_, ENOSPC}};
            return file_->append(bytes.substr(0, fitting));
        }
        Result<std::size_t, IoError> read_at(std::uint64_t offset, char* buffer,
                                             std::size_t size) override {
            return file_->read_at(offset, buffer, size);
        }
        Result<std::uint64_t, IoError> size() override { return file_->size(); }
        Result<void, IoError> truncate(std::uint64_t size) override {
            if (const int code = storage_.enter(Call::kTruncate))
                return Failure{IoError{"truncate", path_, code}};
            return file_->truncate(size);
        }
        Result<void, IoError> sync() override {
            if (const int code = storage_.enter(Call::kSync))
                return Failure{IoError{"fsync", path_, code}};
            return file_->sync();
        }
        Result<bool, IoError> is_still_at_its_path() override {
            return file_->is_still_at_its_path();
        }

    private:
        FaultyStorage& storage_;
        const std::unique_ptr<File> file_;
        const std::filesystem::path path_;
    };

    State& at(Call call) { return states_[static_cast<std::size_t>(call)]; }
    const State& at(Call call) const { return states_[static_cast<std::size_t>(call)]; }

    // Counts the call, holds it while it is blocked, and says how it fails; 0 when it does not.
    int enter(Call call) {
        std::unique_lock lock(mutex_);
        State& state = at(call);
        ++state.calls;
        if (state.is_blocked) {
            ++held_;
            changed_.notify_all();
            changed_.wait(lock, [&] { return !state.is_blocked; });
            --held_;
        }
        if (state.failures == 0) return 0;
        if (state.good_before > 0) return --state.good_before, 0;
        if (state.failures != kForGood) --state.failures;
        return state.code;
    }
    bool leaves_half() const {
        const std::lock_guard lock(mutex_);
        return at(Call::kAppend).leaves_half;
    }
    std::size_t take_room(std::size_t wanted) {
        const std::lock_guard lock(mutex_);
        auto fitting = std::min(wanted, longest_write_);
        if (!room_) return fitting;
        fitting = static_cast<std::size_t>(std::min<std::uint64_t>(fitting, *room_));
        *room_ -= fitting;
        return fitting;
    }

    DiskStorage disk_;
    mutable std::mutex mutex_;  // Protects what follows.
    std::condition_variable changed_;
    std::array<State, static_cast<std::size_t>(Call::kCount)> states_{};
    std::size_t longest_write_ = std::numeric_limits<std::size_t>::max();
    std::optional<std::uint64_t> room_;
    std::string hidden_;
    int held_ = 0;
};

}  // namespace boxkited
