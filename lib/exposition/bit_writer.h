#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

namespace boxkited {

// Bits in the order of deflate: the first one is the lowest.
struct BitString {
    std::uint64_t bits = 0;
    std::uint32_t size = 0;  // At most 56.
};

inline BitString joined(BitString first, BitString second) {
    return {first.bits | second.bits << first.size, first.size + second.size};
}

// Where bits go to. A loop has one of its own, which then lives in registers: what is written
// through a pointer to char might else be any member of anything.
class BitCursor {
public:
    explicit BitCursor(char* at) : at_(at) {}

    // There are 8 bytes more of room than what is put.
    void put(BitString string) {
        static_assert(std::endian::native == std::endian::little);
        held_ |= string.bits << held_bits_;
        held_bits_ += string.size;
        std::memcpy(at_, &held_, sizeof held_);
        at_ += held_bits_ / 8;
        held_ >>= held_bits_ & ~7U;
        held_bits_ &= 7;
    }

    // Many bits, from the lowest of the first byte on. 7 bytes behind them are read too.
    void put_all(const char* bits, std::uint32_t count) {
        constexpr std::uint32_t kAtOnce = 56;
        constexpr std::uint64_t kMask = (1ULL << kAtOnce) - 1;
        std::uint64_t next;
        // Whole bytes leave the place within the byte as it is.
        for (; count > kAtOnce; count -= kAtOnce, bits += kAtOnce / 8) {
            std::memcpy(&next, bits, sizeof next);
            held_ |= (next & kMask) << held_bits_;
            std::memcpy(at_, &held_, sizeof held_);
            at_ += kAtOnce / 8;
            held_ >>= kAtOnce;
        }
        std::memcpy(&next, bits, sizeof next);
        put({next & ((1ULL << count) - 1), count});
    }

    // Goes on at the next byte.
    void align() {
        if (held_bits_ > 0) put({0, 8 - held_bits_});
    }

private:
    friend class BitWriter;

    char* at_;
    std::uint64_t held_ = 0;
    std::uint32_t held_bits_ = 0;  // Below 8 between calls.
};

// Appends bits to a string.
//
//   BitWriter writer(out);
//   BitCursor bits = writer.begin(100);  // Room for 100 bytes.
//   bits.put(code);
//   writer.end(bits);
//   writer.finish();
//
// Threads: one at a time.
class BitWriter {
public:
    explicit BitWriter(std::string& out) : out_(out), used_(out.size()) {}

    BitCursor begin(std::size_t bytes) {
        if (out_.size() - used_ < bytes + kSlack) out_.resize(2 * out_.size() + bytes + kSlack);
        cursor_.at_ = out_.data() + used_;
        return cursor_;
    }
    void end(const BitCursor& cursor) {
        cursor_ = cursor;
        used_ = static_cast<std::size_t>(cursor.at_ - out_.data());
    }

    // How many bits are in the string.
    std::uint64_t bits() const { return 8ULL * used_ + cursor_.held_bits_; }

    // To the end of a byte; then the string holds what was put, and no more.
    void finish() {
        BitCursor cursor = begin(1);
        cursor.align();
        end(cursor);
        out_.resize(used_);
    }

private:
    static constexpr std::size_t kSlack = 2 * sizeof(std::uint64_t);

    std::string& out_;
    std::size_t used_;
    BitCursor cursor_{nullptr};
};

}  // namespace boxkited
