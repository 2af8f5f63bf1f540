#pragma once

#include <cstdint>
#include <vector>

#include "table/row_block.h"

namespace boxkited {

// Remembers in little memory which row of a table stands where: for as long as each row is one
// line below the one before it, one note is enough.
//
// Threads: one at a time.
class RowPlaces {
public:
    // Keeps at most so many notes, 24 bytes each; when they are spent, every other one goes.
    explicit RowPlaces(std::size_t most_notes = 64 << 10) : most_notes_(most_notes) {}

    // All blocks of a table, in order.
    void note(const RowBlock& block);

    struct Place {
        std::size_t file;
        std::uint64_t line;
        bool is_exact;  // False: the row is there or, within the same file, below.
    };
    // `row` counts from 1, over all files.
    Place find(std::uint64_t row) const;

private:
    struct Note {
        std::uint64_t row;
        std::size_t file;
        std::uint64_t line;
    };

    void add(const Note& note);

    const std::size_t most_notes_;
    std::vector<Note> notes_;  // By row; each holds up to the next.
    std::uint64_t rows_ = 0;
    bool is_thinned_ = false;
};

}  // namespace boxkited
