#pragma once

#include <numbers>

#include "drift/share_comparison.h"

// With u = (p - q)/(p + q), ln(p/q) is 2 atanh(u), and p ln(p/m) + q ln(q/m) is
// (p + q)/2 ((1 + u) ln(1 + u) + (1 - u) ln(1 - u)). Both have short series in u^2. They serve
// where shares are near each other, which is where logarithms of quotients lose their digits, and
// where no logarithm is cheaper still: most bins, most of the time.

namespace boxkited {

// Of abs(u): the terms after the last ones kept are below 5e-15.
inline constexpr double kNear = 0.25;

template <typename Number>
[[gnu::always_inline]] inline Number polynomial(Number, double last) {
    return Number{} + last;
}
template <typename Number, typename... Rest>
[[gnu::always_inline]] inline Number polynomial(Number x, double first, Rest... rest) {
    return first + x * polynomial(x, rest...);
}

// 2 atanh(u), given u^2 as well.
template <typename Number>
[[gnu::always_inline]] inline Number near_log_ratio(Number u, Number square) {
    return 2 * u *
           polynomial(square, 1., 1. / 3, 1. / 5, 1. / 7, 1. / 9, 1. / 11, 1. / 13, 1. / 15,
                      1. / 17, 1. / 19, 1. / 21);
}

// (1 + u) ln(1 + u) + (1 - u) ln(1 - u), given u^2.
template <typename Number>
[[gnu::always_inline]] inline Number near_divergence(Number square) {
    return square * polynomial(square, 1., 1. / 6, 1. / 15, 1. / 28, 1. / 45, 1. / 66, 1. / 91,
                               1. / 120, 1. / 153, 1. / 190);
}

// As divergence_terms(), of near shares that are at least kPsiFloor.
template <typename Number>
DivergenceTermsOf<Number> near_divergence_terms(const SharesOf<Number>& shares, Number sum,
                                                Number u, Number square) {
    constexpr double kInBitsOfEachSide = 1 / (2 * std::numbers::ln2);
    return {shares.difference * near_log_ratio(u, square),
            sum * near_divergence(square) * (kInBitsOfEachSide / 2)};
}

}  // namespace boxkited
