// A baseline file: what is read writes a text that is read as the same baseline, and what is not
// says on which line.
#include <algorithm>

#include "baseline/baseline.h"
#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boxkited;
    const fuzz::Padded input(data, size);
    const auto baseline = parse_baseline(input.text());
    if (!baseline) {
        const auto lines = std::count(input.text().begin(), input.text().end(), '\n') + 1;
        REQUIRE_FUZZ(!baseline.error().reason.empty());
        REQUIRE_FUZZ(baseline.error().line <= static_cast<std::size_t>(lines));
        return 0;
    }
    const std::string text = to_prometheus_text(*baseline);
    const auto again = parse_baseline(text);
    REQUIRE_FUZZ(again.has_value());
    REQUIRE_FUZZ(again->variables == baseline->variables);
    REQUIRE_FUZZ(to_prometheus_text(*again) == text);
    return 0;
}
