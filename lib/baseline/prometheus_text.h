#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace boxkited {

// One line of Prometheus text, 0.0.4 or OpenMetrics, cut into its parts. The views lead into the
// line, escapes still in them.
struct TextLine {
    enum class Kind { kOther, kHelp, kType, kSample };  // kOther: blank, a comment, `# EOF`.
    struct Label {
        std::string_view name;
        std::string_view value;
    };

    Kind kind = Kind::kOther;
    std::string_view name;  // Of the family or the sample.
    std::string_view text;  // The help, the type, or the value of the sample.
    std::vector<Label> labels;

    std::optional<std::string_view> label(std::string_view label_name) const;
};

// Cuts one line, given without its line feed, into `out`, whose memory is used again. Blanks at its
// end count in help alone, a CR there nowhere. Timestamps are checked and dropped, exemplars
// dropped. Fails with the reason when the text is not UTF-8, holds a NUL, or is none of the kinds
// of lines.
//
// Threads: any.
Result<void, std::string> cut_line(std::string_view line, TextLine& out);

// The value of a sample or a bound: decimal digits, `NaN`, `+Inf`, `Infinity` in any case.
std::optional<double> parse_sample_number(std::string_view text);

// `text` in quotes for an error message: one line, its end cut off when it is long.
std::string in_quotes(std::string_view text);

}  // namespace boxkited
