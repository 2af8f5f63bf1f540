#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace boxkited {

// A checksum of bytes that come piece by piece.
//
// Threads: one at a time.
class Digest {
public:
    enum class Kind { kMd5, kSha256 };

    // Whether OpenSSL gives both: where it is told to give approved digests alone, it gives no MD5.
    static bool are_available();

    // Of one that is available.
    explicit Digest(Kind kind);
    ~Digest();
    Digest(Digest&&) noexcept;
    Digest& operator=(Digest&&) noexcept;

    void add(std::string_view bytes);
    // In hexadecimal. Nothing can be added after it.
    std::string hex();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace boxkited
