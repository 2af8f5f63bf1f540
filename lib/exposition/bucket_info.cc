#include "exposition/bucket_info.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "baseline/prometheus_escapes.h"
#include "exposition/sample_text.h"

namespace boxkited {

namespace {

// Where the fixed format is used, no number is longer than in the scientific one.
std::string spelled(double bound, std::chars_format format) {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, bound, format).ptr};
}

// The two spellings that a bucket's label may have once it is stored, with escapes.
struct Spellings {
    std::string exposed;
    std::string prometheus;
};

std::string escaped(std::string_view label) {
    std::string out;
    append_escaped_label(out, label);
    return out;
}

void append_variable(std::string& out, const BaselineVariable& variable) {
    std::string begin(kBucketInfoName);
    begin += '{';
    append_label(begin, "metric_name", variable.metric_name);
    begin += ",le=\"";
    const auto append_bucket = [&](std::string_view le, std::string_view previous_le) {
        ((((out += begin) += le) += "\",previous_le=\"") += previous_le) += "\"} 1\n";
    };
    Spellings below;
    for (const auto& bucket : variable.numeric().buckets) {
        Spellings own{escaped(bucket.le), prometheus_bound(bucket.bound)};
        append_bucket(own.exposed, below.exposed);
        if (own.prometheus != own.exposed || below.prometheus != below.exposed)
            append_bucket(own.prometheus, below.prometheus);
        below = std::move(own);
    }
}

}  // namespace

// As Go's strconv.FormatFloat(bound, 'g', -1, 64) does, with `.0` behind whole numbers: an exponent
// below 1e-4 and from 1e6 on.
std::string prometheus_bound(double bound) {
    if (std::isinf(bound)) return bound < 0 ? "-Inf" : "+Inf";
    const double size = std::abs(bound);
    if (size != 0 && (size < 1e-4 || size >= 1e6))
        return spelled(bound, std::chars_format::scientific);
    std::string fixed = spelled(bound, std::chars_format::fixed);
    return fixed.find('.') == std::string::npos ? fixed + ".0" : fixed;
}

std::string bucket_info_text(const Baseline& baseline) {
    std::string buckets;
    for (const BaselineVariable& variable : baseline.variables)
        if (variable.is_numeric()) append_variable(buckets, variable);
    buckets.shrink_to_fit();
    return buckets;
}

}  // namespace boxkited
