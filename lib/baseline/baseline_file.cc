#include "base/regular_file.h"
#include "baseline/baseline.h"

namespace boxkited {

Result<Baseline, BaselineError> read_baseline(const std::filesystem::path& file) {
    constexpr std::size_t kLargestFile = 256ULL << 20;
    const auto text = read_regular_file(file, kLargestFile);
    if (text) return parse_baseline(*text);
    const bool too_large = text.error().kind == ReadError::Kind::kTooLarge;
    return Failure{
        BaselineError{0, too_large ? "is larger than 256 MiB" : to_string(text.error())}};
}

}  // namespace boxkited
