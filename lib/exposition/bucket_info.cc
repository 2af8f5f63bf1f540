#include "exposition/bucket_info.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "exposition/sample_text.h"

namespace boxkited {

namespace {

std::string spelled(double bound, std::chars_format format) {
    char digits[400];  // The largest double has 309 of them.
    return {digits, std::to_chars(digits, digits + sizeof digits, bound, format).ptr};
}

// The two spellings that a bucket's label may have once it is stored.
struct Spellings {
    std::string exposed;
    std::string prometheus;
};

void append_bucket(std::string& out, std::string_view metric_name, std::string_view le,
                   std::string_view previous_le) {
    (out += kBucketInfoName) += '{';
    append_label(out, "metric_name", metric_name);
    out += ',';
    append_label(out, "le", le);
    out += ',';
    append_label(out, "previous_le", previous_le);
    out += "} 1\n";
}

void append_variable(std::string& out, const BaselineVariable& variable) {
    Spellings below;
    for (const auto& bucket : variable.numeric().buckets) {
        Spellings own{bucket.le, prometheus_bound(bucket.bound)};
        append_bucket(out, variable.metric_name, own.exposed, below.exposed);
        if (own.prometheus != own.exposed || below.prometheus != below.exposed)
            append_bucket(out, variable.metric_name, own.prometheus, below.prometheus);
        below = std::move(own);
    }
}

}  // namespace

// As Go's strconv.FormatFloat(bound, 'g', -1, 64) does, with `.0` behind whole numbers: an exponent
// below 1e-4 and from 1e6 on.
std::string prometheus_bound(double bound) {
    if (std::isinf(bound)) return bound < 0 ? "-Inf" : "+Inf";
    std::string scientific = spelled(bound, std::chars_format::scientific);
    const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
    if (exponent < -4 || exponent >= 6) return scientific;
    std::string fixed = spelled(bound, std::chars_format::fixed);
    return fixed.find('.') == std::string::npos ? fixed + ".0" : fixed;
}

std::string bucket_info_text(const Baseline& baseline) {
    std::string buckets;
    for (const BaselineVariable& variable : baseline.variables)
        if (variable.is_numeric()) append_variable(buckets, variable);
    return buckets;
}

}  // namespace boxkited
