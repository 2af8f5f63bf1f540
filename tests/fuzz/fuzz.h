#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// What the targets share. A target is one function, which libFuzzer calls with inputs that it
// makes up, and replay.cc with those of the corpus.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// What must be true of every input. Like assert(), but there in any build.
#define REQUIRE_FUZZ(condition)                                                          \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                \
        }                                                                                \
    } while (false)

namespace fuzz {

// An input with the readable bytes behind it that every buffer of the daemon has.
class Padded {
public:
    Padded(const std::uint8_t* data, std::size_t size) : size_(size) {
        constexpr std::size_t kPadding = 64;
        bytes_.reserve(size + kPadding);
        bytes_.assign(reinterpret_cast<const char*>(data), size);
        bytes_.append(kPadding, '\0');
    }
    std::string_view text() const { return std::string_view(bytes_).substr(0, size_); }

private:
    std::string bytes_;
    std::size_t size_;
};

}  // namespace fuzz
