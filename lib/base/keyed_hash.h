#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace boxkited {

// Puts a pseudonym in the place of a text: the first half of its HMAC-SHA-256, which nobody can
// compute, and so not look up either, without the key.
//
// Threads: one at a time.
class KeyedHash {
public:
    explicit KeyedHash(std::string_view key);
    ~KeyedHash();

    static constexpr std::size_t kDigits = 32;
    // As hexadecimal digits, small letters.
    void append(std::string& out, std::string_view text) const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace boxkited
