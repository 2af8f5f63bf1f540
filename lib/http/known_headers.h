#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "http/request_gate.h"

namespace boxkited::http {

// Headers that were let in, by all of their bytes: a client sends the same ones again and again,
// and what a header means depends on nothing but its bytes and the limits.
//
//   KnownHeaders known;
//   known.remember("GET / HTTP/1.1\r\nHost: a\r\n\r\n", header);
//   known.find("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /...");  // That header.
//
// A bounded number of them, of bounded length; a newer one takes the place of an older one.
//
// Threads: one at a time.
class KnownHeaders {
public:
    struct Known {
        std::string bytes;  // Up to its empty line, included.
        Header header;      // Views of `bytes`.
    };

    // The header at the front of `bytes`, if it was remembered; it holds until the next
    // remember().
    const Known* find(std::string_view bytes);

    // `header` has views of `bytes`.
    void remember(std::string_view bytes, const Header& header);

private:
    static constexpr std::size_t kHeaders = 256;
    static constexpr std::size_t kLongest = 512;
    static std::size_t place_of(std::string_view bytes);
    const Known* at_place_of(std::string_view header) const;

    std::array<Known, kHeaders> known_;
    std::size_t last_size_ = 0;  // Of a header that was looked for.
};

}  // namespace boxkited::http
