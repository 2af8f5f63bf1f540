// The form of saved windows, all numbers but the checksum packed (packed_numbers.h), a text its
// length and its bytes, times in microseconds:
//
//   "boxkited windows 1\n"
//   the baseline: length and CRC-32 of its Prometheus text
//   saved_at
//   bins that the baseline never had: how many, then of each, by slot, its variable and its name
//   windows: how many, then of each its length and how many steps, then of each step, the oldest
//       first, the age of its begin and its counts, as one text
//   CRC-32 of all that is above, four bytes, the lowest first
#include "monitor/windows_state.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/checksum.h"
#include "base/utf8.h"
#include "monitor/packed_numbers.h"
#include "monitor/window.h"

namespace boxkited {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

constexpr std::string_view kMagic = "boxkited windows 1\n";
constexpr std::size_t kChecksumBytes = 4;

// Beyond what is configured and what clocks say, and far from what arithmetic cannot take.
constexpr std::chrono::days kLongest{1000};
constexpr WallTime kLatest = std::chrono::sys_days{std::chrono::year(9999) / 12 / 31};

std::uint64_t to_number(microseconds time) { return static_cast<std::uint64_t>(time.count()); }
microseconds to_time(std::uint64_t number) {
    return microseconds(static_cast<microseconds::rep>(number));
}

std::string checksum(std::string_view bytes) {
    const std::uint32_t crc = crc32_of(bytes);
    std::string text;
    for (unsigned shift = 0; shift < 32; shift += 8) text += static_cast<char>(crc >> shift);
    return text;
}

std::string fingerprint(const Layout& layout) {
    const std::string text = to_prometheus_text(layout.baseline());
    std::string out;
    append_packed(out, text.size());
    append_packed(out, crc32_of(text));
    return out;
}

std::vector<NewBin> by_slot(std::vector<NewBin> bins) {
    std::sort(bins.begin(), bins.end(),
              [](const NewBin& a, const NewBin& b) { return a.slot < b.slot; });
    return bins;
}

void append_window(std::string& out, const WindowsState::Window& window) {
    append_packed(out, to_number(duration_cast<microseconds>(window.length)));
    append_packed(out, window.steps.size());
    for (const WindowsState::Step& step : window.steps) {
        append_packed(out, to_number(duration_cast<microseconds>(step.age)));
        append_packed(out, std::string_view(step.growth.packed()));
    }
}

// A name that a live value could have made: of a discrete variable, and not one that its baseline
// has. Any other would spoil the page of metrics.
bool is_new_bin(const Layout& layout, std::uint64_t variable, std::string_view name) {
    if (variable >= layout.variables().size()) return false;
    const auto* const bins = std::get_if<CategoryBins>(&layout.variables()[variable].index);
    return bins != nullptr && is_utf8(name) && !bins->find(name) && bins->name_of(name) == name;
}

// Reads what pack() has written. Its members say false, or nothing, when there is something else.
class StateReader {
public:
    StateReader(std::string_view bytes, const Layout& layout) : reader_(bytes), layout_(layout) {}

    bool read(SavedWindows& saved) {
        const auto saved_at = reader_.number();
        if (!saved_at || *saved_at > to_number(kLatest.time_since_epoch())) return false;
        saved.saved_at = WallTime(to_time(*saved_at));
        return read_each([&] { return read_bin(saved.state.bins); }) &&
               read_each([&] { return read_window(saved.state.windows); }) && reader_.is_at_end();
    }

private:
    template <typename Read>
    bool read_each(Read read) {
        const auto count = reader_.number();
        if (!count) return false;
        for (std::uint64_t i = 0; i < *count; ++i)
            if (!read()) return false;
        return true;
    }

    bool read_bin(std::vector<NewBin>& bins) {
        const auto variable = reader_.number();
        const auto name = reader_.text();
        if (!variable || !name || !is_new_bin(layout_, *variable, *name)) return false;
        if (!names_.emplace(*variable, *name).second) return false;
        bins.push_back({static_cast<std::uint32_t>(*variable),
                        layout_.slots() + static_cast<std::uint32_t>(bins.size()),
                        std::string(*name)});
        slots_ = layout_.slots() + bins.size();
        return true;
    }

    bool read_window(std::vector<WindowsState::Window>& windows) {
        const auto length = reader_.number();
        if (!length || *length > to_number(kLongest)) return false;
        windows.push_back({to_time(*length), {}});
        return read_each([&] { return read_step(windows.back().steps); });
    }

    bool read_step(std::vector<WindowsState::Step>& steps) {
        const auto age = reader_.number();
        const auto packed = reader_.text();
        if (!age || !packed || *age > to_number(kLongest)) return false;
        if (!steps.empty() && to_time(*age) > steps.back().age) return false;
        if (steps.size() == Window::kMostSteps) return false;
        auto growth = CountDelta::unpack(*packed, slots_);
        if (!growth) return false;
        steps.push_back({to_time(*age), *std::move(growth)});
        return true;
    }

    PackedReader reader_;
    const Layout& layout_;
    std::size_t slots_ = layout_.slots();
    std::set<std::pair<std::uint64_t, std::string_view>> names_;  // Of the bins so far.
};

}  // namespace

std::string pack(const WindowsState& state, const Layout& layout, WallTime saved_at) {
    std::string out(kMagic);
    out += fingerprint(layout);
    append_packed(out, to_number(saved_at.time_since_epoch()));
    append_packed(out, state.bins.size());
    for (const NewBin& bin : by_slot(state.bins)) {
        append_packed(out, std::uint64_t{bin.variable});
        append_packed(out, std::string_view(bin.name));
    }
    append_packed(out, state.windows.size());
    for (const WindowsState::Window& window : state.windows) append_window(out, window);
    return out + checksum(out);
}

Result<SavedWindows, std::string> unpack(std::string_view bytes, const Layout& layout) {
    if (!bytes.starts_with(kMagic)) return Failure<std::string>{"it does not hold windows"};
    const std::size_t end = bytes.size() - std::min(kChecksumBytes, bytes.size() - kMagic.size());
    if (bytes.substr(end) != checksum(bytes.substr(0, end)))
        return Failure<std::string>{"its checksum is wrong"};
    bytes = bytes.substr(kMagic.size(), end - kMagic.size());
    const std::string expected = fingerprint(layout);
    if (!bytes.starts_with(expected)) return Failure<std::string>{"it is of another baseline"};

    SavedWindows saved;
    if (!StateReader(bytes.substr(expected.size()), layout).read(saved))
        return Failure<std::string>{"it is damaged"};
    return saved;
}

}  // namespace boxkited
