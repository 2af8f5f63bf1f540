#pragma once

#include <mutex>
#include <utility>

namespace boxkited {

// A value that can be reached only with its lock held.
//
//   Guarded<std::vector<int>> numbers;
//   numbers.lock()->push_back(1);       // Locked for this statement,
//   auto held = numbers.lock();         // or for as long as `held` lives.
//
// Threads: any thread may call any member.
template <typename T>
class Guarded {
public:
    // The lock, and the way to the value.
    template <typename U>
    class Held {
    public:
        Held(std::mutex& mutex, U& value) : lock_(mutex), value_(&value) {}
        U* operator->() const { return value_; }
        U& operator*() const { return *value_; }
        // For std::condition_variable.
        std::unique_lock<std::mutex>& lock() { return lock_; }

    private:
        std::unique_lock<std::mutex> lock_;
        U* value_;
    };

    Guarded() = default;
    explicit Guarded(T value) : value_(std::move(value)) {}

    [[nodiscard]] Held<T> lock() { return {mutex_, value_}; }
    [[nodiscard]] Held<const T> lock() const { return {mutex_, value_}; }

private:
    mutable std::mutex mutex_;
    T value_{};
};

}  // namespace boxkited
