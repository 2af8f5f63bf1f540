#include "drift/share_comparison.h"

#include <algorithm>
#include <numbers>

// With u = (p - q)/(p + q), ln(p/q) is 2 atanh(u), and p ln(p/m) + q ln(q/m) is
// (p + q)/2 ((1 + u) ln(1 + u) + (1 - u) ln(1 - u)). Both have short series in u^2. They serve
// where shares are near each other, which is where logarithms of quotients lose their digits, and
// where no logarithm is cheaper still.

namespace boxkited {
namespace {

constexpr double kPsiFloor = 0.0001;
constexpr double kNear = 0.125;  // Of u: the term after the last one kept is below 2e-14.

// 2 atanh(u)
double near_log_ratio(double u) {
    const double x = u * u;
    return 2 * u *
           (1 + x * (1. / 3 +
                     x * (1. / 5 + x * (1. / 7 + x * (1. / 9 + x * (1. / 11 + x * (1. / 13)))))));
}

// (1 + u) ln(1 + u) + (1 - u) ln(1 - u)
double near_divergence(double u) {
    const double x = u * u;
    return x *
           (1 + x * (1. / 6 + x * (1. / 15 +
                                   x * (1. / 28 + x * (1. / 45 + x * (1. / 66 + x * (1. / 91)))))));
}

double psi_term(const Shares& shares, double log_ratio) {
    if (std::min(shares.baseline, shares.live) >= kPsiFloor) return shares.difference * log_ratio;
    const double p = std::max(shares.baseline, kPsiFloor);
    const double q = std::max(shares.live, kPsiFloor);
    return log_ratio_term({p, q, p - q});
}

double in_bits_of_each_side(double sum_of_both) { return sum_of_both / (2 * std::numbers::ln2); }

DivergenceTerms far_terms(const Shares& shares) {
    const double sum = shares.baseline + shares.live;
    const double log_p = shares.baseline > 0 ? std::log(2 * (shares.baseline / sum)) : 0;
    const double log_q = shares.live > 0 ? std::log(2 * (shares.live / sum)) : 0;
    return {psi_term(shares, log_p - log_q),
            in_bits_of_each_side(shares.baseline * log_p + shares.live * log_q)};
}

}  // namespace

double log_ratio_term(const Shares& shares) {
    const double u = shares.difference / (shares.baseline + shares.live);
    return shares.difference *
           (std::abs(u) < kNear ? near_log_ratio(u) : std::log(shares.baseline / shares.live));
}

DivergenceTerms divergence_terms(const Shares& shares) {
    const double sum = shares.baseline + shares.live;
    if (sum <= 0) return {0, 0};
    const double u = shares.difference / sum;
    if (std::abs(u) >= kNear) return far_terms(shares);
    return {psi_term(shares, near_log_ratio(u)),
            in_bits_of_each_side(sum / 2 * near_divergence(u))};
}

}  // namespace boxkited
