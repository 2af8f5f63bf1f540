#include "drift/share_comparison.h"

#include <algorithm>
#include <numbers>

#include "drift/near_shares.h"

namespace boxkited {
namespace {

double psi_term(const Shares& shares, double log_ratio) {
    if (std::min(shares.baseline, shares.live) >= kPsiFloor) return shares.difference * log_ratio;
    const double p = std::max(shares.baseline, kPsiFloor);
    const double q = std::max(shares.live, kPsiFloor);
    return log_ratio_term({p, q, p - q});
}

DivergenceTerms far_terms(const Shares& shares, double sum) {
    const double log_p = shares.baseline > 0 ? std::log(2 * (shares.baseline / sum)) : 0;
    const double log_q = shares.live > 0 ? std::log(2 * (shares.live / sum)) : 0;
    return {psi_term(shares, log_p - log_q),
            (shares.baseline * log_p + shares.live * log_q) / (2 * std::numbers::ln2)};
}

}  // namespace

double log_ratio_term(const Shares& shares) {
    const double u = shares.difference / (shares.baseline + shares.live);
    return shares.difference * (std::abs(u) < kNear ? near_log_ratio(u, u * u)
                                                    : std::log(shares.baseline / shares.live));
}

DivergenceTerms divergence_terms(const Shares& shares) {
    const double sum = shares.baseline + shares.live;
    if (sum <= 0) return {0, 0};
    const double u = shares.difference / sum;
    if (std::abs(u) >= kNear) return far_terms(shares, sum);
    DivergenceTerms terms = near_divergence_terms(shares, sum, u, u * u);
    if (std::min(shares.baseline, shares.live) < kPsiFloor) terms.psi = psi_term(shares, 0);
    return terms;
}

}  // namespace boxkited
