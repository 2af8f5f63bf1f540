#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boxkited {

// The numbers at the ends of the lines of a LineTemplate, in their order, as text.
//
// Threads: one at a time to change it, any number to read it.
class LineValues {
public:
    // That much can be read from the begin of each one.
    static constexpr std::size_t kSlack = 16;

    void reserve(std::size_t values);

    // The sum of all. Cumulative: each is written with those before it.
    enum class Counts { kEach, kCumulative };
    std::uint64_t add(std::span<const std::uint64_t> counts, Counts kind);
    void add(std::uint64_t count) { add({&count, 1}, Counts::kEach); }
    void add(double value);
    // The line is left out.
    void add_none() { ends_.push_back(ends_.back()); }
    // Where the template has room for lines; may be empty.
    void add_lines(std::string_view lines);

    std::size_t size() const { return ends_.size() - 1; }
    // With the line end; empty when there is none.
    std::string_view operator[](std::size_t index) const { return view()[index]; }

    // The same, as long as nothing is added.
    struct View {
        const char* chars;
        const std::uint32_t* ends;

        std::string_view operator[](std::size_t index) const {
            return {chars + ends[index], ends[index + 1] - ends[index]};
        }
    };
    View view() const { return {chars_.data(), ends_.data()}; }

    // Of all from `begin` up to `end`.
    std::size_t bytes(std::size_t begin, std::size_t end) const {
        return ends_[end] - ends_[begin];
    }

private:
    // Where the next one begins, with that much room.
    char* room(std::size_t bytes);

    static constexpr std::size_t kLongest = 32;  // A number of any kind and the line end.

    std::string chars_;  // Always kLongest bytes longer than what is used.
    std::vector<std::uint32_t> ends_{0};
};

}  // namespace boxkited
