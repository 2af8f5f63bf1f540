#include "prediction_log/line_tail.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace boxkited {

namespace {

constexpr std::string_view kLineStart = R"({"prediction_id":)";
constexpr std::size_t kWindow = 64 << 10;

// Meets the bytes of a file from the last to the first. Between two newlines it remembers only
// what makes a line whole: how it ends, and that no control byte is in it.
class BackwardScan {
public:
    BackwardScan(File& file, std::uint64_t size) : file_(file), tail_{0, size, true} {}

    // Goes over bytes that lie directly before all earlier ones. True when the tail is found.
    Result<bool, IoError> meet(std::uint64_t offset, std::string_view bytes) {
        for (std::size_t i = bytes.size(); i-- > 0;) {
            const char c = bytes[i];
            if (c == '\n') {
                auto whole = line_starts_at(offset + i + 1);
                if (!whole || *whole) return whole;
                newline_ = offset + i;
            } else {
                if (!ends_well_) ends_well_ = c == '}';
                if (static_cast<unsigned char>(c) < ' ') clean_ = false;
            }
        }
        if (offset > 0) return false;
        return line_starts_at(0);
    }

    const LineTail& tail() const { return tail_; }

private:
    // Whether what was met since the newline before is a whole line, now that its start is known.
    Result<bool, IoError> line_starts_at(std::uint64_t start) {
        if (newline_ && ends_well_ && *ends_well_ && clean_) {
            char text[kLineStart.size()];
            const auto got = file_.read_at(start, text, sizeof text);
            if (!got) return Failure{got.error()};
            if (std::string_view(text, *got) == kLineStart) {
                tail_.lines_end = *newline_ + 1;
                return true;
            }
        }
        if (ends_well_) tail_.padding = false;
        ends_well_.reset();
        clean_ = true;
        return false;
    }

    File& file_;
    LineTail tail_;
    std::optional<std::uint64_t> newline_;  // The one that ends the line being met.
    std::optional<bool> ends_well_;         // Its last byte is a brace; empty before that byte.
    bool clean_ = true;
};

}  // namespace

Result<LineTail, IoError> find_line_tail(File& file) {
    const auto size = file.size();
    if (!size) return Failure{size.error()};
    BackwardScan scan(file, *size);
    std::string window;
    for (std::uint64_t end = *size; end > 0;) {
        const auto start = end - std::min<std::uint64_t>(end, kWindow);
        window.resize(static_cast<std::size_t>(end - start));
        const auto got = file.read_at(start, window.data(), window.size());
        if (!got) return Failure{got.error()};
        window.resize(*got);
        const auto found = scan.meet(start, window);
        if (!found) return Failure{found.error()};
        if (*found) break;
        end = start;
    }
    return scan.tail();
}

}  // namespace boxkited
