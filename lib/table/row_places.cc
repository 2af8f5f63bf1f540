#include "table/row_places.h"

#include <algorithm>
#include <cassert>

namespace boxkited {

void RowPlaces::note(const RowBlock& block) {
    for (std::size_t i = 0; i < block.rows(); ++i) {
        // Lines rise from row to row: where the last one is as far below as it is behind, all
        // between are.
        const std::uint64_t rows_left = block.rows() - 1 - i;
        const std::uint64_t row = rows_ + i + 1;
        const bool is_expected = !notes_.empty() && notes_.back().file == block.file &&
                                 notes_.back().line + (row - notes_.back().row) == block.lines[i];
        if (!is_expected) add({row, block.file, block.lines[i]});
        if (block.lines.back() - block.lines[i] == rows_left) break;
    }
    rows_ += block.rows();
}

void RowPlaces::add(const Note& note) {
    if (notes_.size() == most_notes_) {
        is_thinned_ = true;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < notes_.size(); i += 2) notes_[kept++] = notes_[i];
        notes_.resize(kept);
    }
    notes_.push_back(note);
}

RowPlaces::Place RowPlaces::find(std::uint64_t row) const {
    const auto behind =
        std::upper_bound(notes_.begin(), notes_.end(), row,
                         [](std::uint64_t value, const Note& note) { return value < note.row; });
    assert(behind != notes_.begin());
    const Note& note = *(behind - 1);
    return {note.file, note.line + (row - note.row), !is_thinned_};
}

}  // namespace boxkited
