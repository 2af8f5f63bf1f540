#include "prediction_log/line_memory.h"

#include <algorithm>

#include "base/storage.h"

namespace boxkited {

namespace {

// Memory of a block. The most is so much that the calls for it, and the half pages at its two ends,
// cost little beside it, and that the writer seldom takes a core away from those who answer: at
// 100,000 events a second of 500 bytes six times a second, too seldom for their slowest hundredth.
constexpr std::uint64_t kSmallestBlock = 512 << 10;
constexpr std::uint64_t kLargestBlock = 8 << 20;
constexpr std::uint64_t kBlocksOfQueue = 8;

// Bytes of the whole lines at the beginning of `lines` that fit into `room`.
std::size_t whole_lines(std::string_view lines, std::size_t room) {
    const auto newline = lines.substr(0, room).rfind('\n');
    return newline == lines.npos ? 0 : newline + 1;
}

std::uint64_t count_lines(std::string_view lines) {
    return static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
}

}  // namespace

std::size_t LineMemory::block_bytes_for(std::uint64_t queue_bytes) {
    return std::clamp(queue_bytes / kBlocksOfQueue, kSmallestBlock, kLargestBlock) - page_bytes();
}

// A line never spans two blocks, so that whatever is written with one call is whole.
bool LineMemory::copy(std::string_view lines, Partition partition, std::uint64_t events,
                      LinePieces& pieces) {
    while (blocks_.empty() || lines.size() > blocks_.back().room()) {
        const auto fitting = blocks_.empty() ? 0 : whole_lines(lines, blocks_.back().room());
        if (fitting > 0) {
            const auto count = count_lines(lines.substr(0, fitting));
            put(lines.substr(0, fitting), partition, count, pieces);
            lines.remove_prefix(fitting);
            events -= count;
        }
        add_block(lines.find('\n') + 1);
    }
    const bool is_first = blocks_.back().used == 0;
    put(lines, partition, events, pieces);
    return is_first;
}

void LineMemory::put(std::string_view lines, Partition partition, std::uint64_t events,
                     LinePieces& pieces) {
    if (lines.empty()) return;
    const auto block = std::prev(blocks_.end());
    // As time goes on: most likely a new file.
    if (partition > lined_up_) line_up(partition, 0);
    if (block->used == 0) block->begin_like(partition == lined_up_ ? position_ : 0);
    if (partition == lined_up_) position_ += lines.size();
    push_back(pieces, {.block = block,
                       .data = block->put(lines),
                       .bytes = lines.size(),
                       .events = events,
                       .partition = partition});
}

void LineMemory::add_block(std::size_t at_least) {
    // Nobody would let go of one that holds nothing.
    if (!blocks_.empty() && blocks_.back().used == 0) blocks_.pop_back();
    if (at_least <= block_bytes_ && !spare_.empty()) {
        blocks_.splice(blocks_.end(), spare_, spare_.begin());
        idle_spares_ = std::min(idle_spares_, spare_.size());
        return;
    }
    // What they hold and what was let go stay within a bound together.
    if (at_least > block_bytes_) {
        spare_.clear();
        idle_spares_ = 0;
    }
    // A process with few lines never needs a second one.
    const auto pages = blocks_.empty() ? LineBlock::Pages::kAsUsed : LineBlock::Pages::kHuge;
    blocks_.emplace_back(std::max(at_least, block_bytes_), pages);
}

void LineMemory::let_go(const LinePiece& piece, LineBlocks& dead) {
    LineBlock& block = *piece.block;
    block.needed -= piece.bytes;
    if (block.needed > 0) return;
    block.used = 0;
    if (&block == &blocks_.back()) return;
    LineBlocks& to = block.capacity == block_bytes_ ? spare_ : dead;
    to.splice(to.begin(), blocks_, piece.block);
}

LinePiece LineMemory::repacked(const LinePiece& piece, LineBlocks& dead) {
    const LineBlock& block = *piece.block;
    if (&block == &blocks_.back() || block.needed * 2 >= block.capacity) return piece;
    LinePiece copy = piece;
    copy.block = blocks_.emplace(blocks_.begin(), piece.bytes);
    copy.data = copy.block->put(piece.text());
    let_go(piece, dead);
    return copy;
}

void LineMemory::trim(LineBlocks& dead) {
    const auto idle = static_cast<std::ptrdiff_t>(idle_spares_);
    dead.splice(dead.end(), spare_, std::prev(spare_.end(), idle), spare_.end());
    idle_spares_ = spare_.size();
}

void LineMemory::line_up(Partition partition, std::uint64_t position) {
    lined_up_ = partition;
    position_ = position;
}

}  // namespace boxkited
