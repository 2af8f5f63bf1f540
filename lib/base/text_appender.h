#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace boxkited {

// Appends many short pieces to a string, for which room is made once.
//
//   TextAppender text(out, 32);  // At most so many bytes will follow.
//   text.put("Content-Length: ");
//   text.put_integer(17);
//
// The string is whole again when the appender is gone.
//
// Threads: one at a time.
class TextAppender {
public:
    static constexpr std::size_t kLongestInteger = 20;

    TextAppender(std::string& out, std::size_t most) : out_(out) {
        const std::size_t size = out.size();
        out.resize(size + most);
        at_ = out.data() + size;
    }
    TextAppender(const TextAppender&) = delete;
    TextAppender& operator=(const TextAppender&) = delete;
    ~TextAppender() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }

    void put(std::string_view text) {
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }
    void put_integer(std::uint64_t value) {
        at_ = std::to_chars(at_, at_ + kLongestInteger, value).ptr;
    }

private:
    std::string& out_;
    char* at_;
};

}  // namespace boxkited
