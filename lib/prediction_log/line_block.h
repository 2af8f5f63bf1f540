#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <list>
#include <memory>
#include <string_view>

#include "prediction_log/line_batch.h"

namespace boxkited {

// Memory that lines wait in. What is put into it never moves, and it is filled from front to back,
// so that what it holds can be written to a file while more is put behind it.
struct LineBlock {
    // Memory of that size.
    explicit LineBlock(std::size_t size);
    // A little more than that, of pages of its own, so that begin_like() has a meaning.
    enum class Pages {
        kAsUsed,  // The system gives each when something is first put into it.
        kHuge,    // Two megabytes at a time, where it can: a direct write goes through them faster.
    };
    LineBlock(std::size_t size, Pages pages);

    // The first line will be as far behind the beginning of a page as `position` is. Only while
    // nothing is in use.
    void begin_like(std::uint64_t position);
    std::size_t room() const { return capacity - used; }
    // Where the copy is.
    const char* put(std::string_view lines) {
        char* at = memory.get() + lead + used;
        std::memcpy(at, lines.data(), lines.size());
        used += lines.size();
        needed += lines.size();
        return at;
    }

    struct Free {
        std::size_t mapped_bytes;  // 0: it is not mapped.
        void operator()(char* bytes) const;
    };
    const std::unique_ptr<char, Free> memory;
    const std::size_t capacity;
    std::size_t lead = 0;
    std::size_t used = 0;
    std::size_t needed = 0;  // Bytes of lines that are still to be written or synced.

    // What a block of `size` takes of the system.
    static std::size_t mapped_bytes(std::size_t size);
};

// A list: blocks change hands, and are pointed to, without being copied.
using LineBlocks = std::list<LineBlock>;

// Whole lines of one partition, next to each other in a block.
struct LinePiece {
    LineBlocks::iterator block;
    const char* data;
    std::size_t bytes;
    std::uint64_t events;
    Partition partition;
    // Counted as written already: a file that could not be synced held them.
    bool counted = false;

    std::string_view text() const { return {data, bytes}; }
};

using LinePieces = std::deque<LinePiece>;

// Puts a piece behind the others, as one with the last when it is its neighbour.
inline void push_back(LinePieces& pieces, const LinePiece& piece) {
    if (!pieces.empty()) {
        LinePiece& last = pieces.back();
        if (last.block == piece.block && last.data + last.bytes == piece.data &&
            last.partition == piece.partition && last.counted == piece.counted) {
            last.bytes += piece.bytes;
            last.events += piece.events;
            return;
        }
    }
    pieces.push_back(piece);
}

}  // namespace boxkited
