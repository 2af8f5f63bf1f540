#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

namespace boxkited::http {

// Bytes that come in pieces. Unlike std::string it can be read into without being cleared first,
// and large ones grow by moving pages instead of copying.
//
// Threads: one at a time.
class ByteBuffer {
public:
    std::string_view view() const { return {data_.get(), size_}; }
    std::size_t size() const { return size_; }
    std::size_t capacity() const { return capacity_; }
    bool empty() const { return size_ == 0; }

    // Where the next `count` bytes go; grew() says how many came.
    char* room(std::size_t count) {
        if (size_ + count > capacity_) reallocate(size_ + count);
        return data_.get() + size_;
    }
    void grew(std::size_t count) { size_ += count; }

    // `bytes` lie elsewhere.
    void append(std::string_view bytes) {
        if (bytes.empty()) return;
        if (size_ + bytes.size() > capacity_) {
            reallocate(std::max(size_ + bytes.size(), capacity_ + capacity_ / 2));
        }
        std::memcpy(data_.get() + size_, bytes.data(), bytes.size());
        size_ += bytes.size();
    }

    void drop_front(std::size_t count) {
        size_ -= count;
        std::memmove(data_.get(), data_.get() + count, size_);
    }
    void clear() { size_ = 0; }
    void release() { *this = {}; }

    ByteBuffer() = default;
    ByteBuffer(ByteBuffer&& other) noexcept { *this = std::move(other); }
    ByteBuffer& operator=(ByteBuffer&& other) noexcept {
        data_ = std::move(other.data_);
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
        return *this;
    }

private:
    struct Free {
        void operator()(char* bytes) const { std::free(bytes); }
    };

    void reallocate(std::size_t capacity) {
        void* bytes = std::realloc(data_.get(), capacity);
        if (bytes == nullptr) throw std::bad_alloc();
        static_cast<void>(data_.release());
        data_.reset(static_cast<char*>(bytes));
        capacity_ = capacity;
    }

    std::unique_ptr<char, Free> data_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace boxkited::http
