#include "prediction_log/line_memory.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "log_fixture.h"

namespace boxkited {

namespace {

std::size_t resident_bytes() {
    std::ifstream in("/proc/self/statm");
    std::size_t all = 0;
    std::size_t resident = 0;
    in >> all >> resident;
    return resident * page_bytes();
}

}  // namespace

TEST_CASE("a line that is longer than a block leaves no empty block behind", "[prediction_log]") {
    LineMemory memory(LineMemory::block_bytes_for(16 << 20));
    LineBlocks dead;
    const auto few = line("1", memory.block_bytes() / 2);
    const auto longer = line("2", memory.block_bytes());
    const auto pass_through = [&](const std::string& lines, int times) {
        LinePieces pieces;
        for (int i = 0; i < times; ++i) memory.copy(lines, partition(1), 1, pieces);
        for (const LinePiece& piece : pieces) memory.let_go(piece, dead);
        dead.clear();
    };
    const auto both = [&] {
        pass_through(longer, 1);
        pass_through(few, 3);
    };
    both();

    const auto before = resident_bytes();
    for (int i = 0; i < 50; ++i) both();

    CHECK(resident_bytes() < before + 25 * memory.block_bytes());
}

TEST_CASE("blocks are an eighth of the queue within bounds", "[prediction_log]") {
    const auto memory_for = [](std::uint64_t queue_bytes) {
        return LineMemory::block_bytes_for(queue_bytes) + page_bytes();
    };

    CHECK(memory_for(0) == 512 << 10);
    CHECK(memory_for(16 << 20) == 2 << 20);
    CHECK(memory_for(1 << 30) == 8 << 20);
}

}  // namespace boxkited
