#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "prediction_log/line_block.h"

namespace boxkited {

// The blocks that lines wait in. One is being filled; the others are full and still needed, or
// spare: memory goes round, since fresh memory costs more than the copy into it.
//
// What is called `dead` is to be destroyed without the owner's lock.
//
// Threads: one at a time.
class LineMemory {
public:
    // `block_bytes` is what one write() takes at most, unless a single line is longer.
    explicit LineMemory(std::size_t block_bytes) : block_bytes_(block_bytes) {}

    // What suits lines of which so many bytes may wait.
    static std::size_t block_bytes_for(std::uint64_t queue_bytes);
    std::size_t block_bytes() const { return block_bytes_; }

    // Copies lines and puts them behind `pieces`; a line is never in two. True when the last of
    // them are the first of their block.
    bool copy(std::string_view lines, Partition partition, std::uint64_t events,
              LinePieces& pieces);
    // The lines are needed no more.
    void let_go(const LinePiece& piece, LineBlocks& dead);
    // A copy of the piece in memory of its own, when otherwise most of a block would be kept for
    // it; else the piece.
    LinePiece repacked(const LinePiece& piece, LineBlocks& dead);
    // Gives back what was not used since the last call.
    void trim(LineBlocks& dead);

    // The next line of the partition is for that position of its file. A block that begins with
    // the partition's lines has them as the file wants it (File::append).
    void line_up(Partition partition, std::uint64_t position);

private:
    void put(std::string_view lines, Partition partition, std::uint64_t events, LinePieces& pieces);
    void add_block(std::size_t at_least);

    const std::size_t block_bytes_;
    LineBlocks blocks_;            // The last one is being filled.
    LineBlocks spare_;             // Those used last come first.
    std::size_t idle_spares_ = 0;  // That were not used since trim().
    Partition lined_up_{};
    std::uint64_t position_ = 0;  // In the file of that partition.
};

}  // namespace boxkited
