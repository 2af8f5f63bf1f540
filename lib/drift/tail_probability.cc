#include "drift/tail_probability.h"

#include <algorithm>
#include <array>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numbers>

namespace boxkited {
namespace {

using std::numbers::pi;

// Each series gives 16 digits within four terms on its side of 1.18.
double small_kolmogorov_tail(double x) {
    double sum = 0;
    for (const double odd : {1., 3., 5., 7.}) sum += std::exp(-odd * odd * pi * pi / (8 * x * x));
    return 1 - std::sqrt(2 * pi) / x * sum;
}

double large_kolmogorov_tail(double x) {
    double sum = 0;
    double sign = 1;
    for (const double k : {1., 2., 3., 4.}) {
        sum += sign * std::exp(-2 * k * k * x * x);
        sign = -sign;
    }
    return 2 * sum;
}

// ln(n!) - (n ln(n) - n). The factorials themselves are of no use here: where n is large, their
// logarithms lose the digits in which two of them differ.
double stirling_series(double n) {
    const double x = 1 / (n * n);
    return std::log(2 * pi * n) / 2 +
           (1. / 12 - x * (1. / 360 - x * (1. / 1260 - x * (1. / 1680)))) / n;
}

const std::array<double, 16> kSmallRemainders = [] {
    std::array<double, 16> remainders{};
    double factorial = 1;
    for (std::size_t i = 1; i < remainders.size(); ++i) {
        const auto n = static_cast<double>(i);
        factorial *= n;
        remainders[i] = std::log(factorial) - n * std::log(n) + n;
    }
    return remainders;
}();

double stirling_remainder(double n) {
    if (n < static_cast<double>(kSmallRemainders.size()))
        return kSmallRemainders[static_cast<std::size_t>(n)];
    return stirling_series(n);
}

// n ln(n/expected) - (n - expected), with the difference known better than n and expected tell.
double deviance(double n, double expected, double difference) {
    if (n <= 0) return expected;
    const double relative = difference / expected;
    const double log = std::abs(relative) < 0.5 ? std::log1p(relative) : std::log(n / expected);
    return n * log - difference;
}

}  // namespace

double kolmogorov_tail(double x) {
    if (x < 0.04) return 1;  // The series is below 1e-300 there.
    const double p = x < 1.18 ? small_kolmogorov_tail(x) : large_kolmogorov_tail(x);
    return std::clamp(p, 0., 1.);
}

double chi_squared_tail(double statistic, double degrees_of_freedom) {
    using namespace boost::math::policies;
    // Underflow is a p-value of 0. Doubles suffice, without a detour by long ones.
    using Policy =
        policy<promote_double<false>, overflow_error<ignore_error>, underflow_error<ignore_error>,
               denorm_error<ignore_error>, evaluation_error<ignore_error>>;
    if (degrees_of_freedom <= 0 || statistic <= 0) return 1;
    const double p = boost::math::gamma_q(degrees_of_freedom / 2, statistic / 2, Policy());
    return std::clamp(p, 0., 1.);
}

FisherTest::FisherTest(Totals totals)
    : totals_(totals),
      difference_(totals),
      remainders_(stirling_remainder(totals.live) + stirling_remainder(totals.baseline) -
                  stirling_remainder(totals.live + totals.baseline)) {}

// The hypergeometric probability. Written as factorials of the four cells, the two rows, the two
// columns and the whole, all that is left of n ln(n) are the cells' deviances from what the
// margins expect, and those are small where the probability is not.
double FisherTest::probability_of(double baseline, double live) const {
    const double all = totals_.baseline + totals_.live;
    const double in_bin = baseline + live;
    const double live_outside = totals_.live - live;
    const double baseline_outside = totals_.baseline - baseline;
    const double outside = live_outside + baseline_outside;
    const double surplus = -difference_(baseline, live) * totals_.live * (totals_.baseline / all);
    const double exponent = remainders_ + stirling_remainder(in_bin) + stirling_remainder(outside) -
                            stirling_remainder(live) - stirling_remainder(baseline) -
                            stirling_remainder(live_outside) -
                            stirling_remainder(baseline_outside) -
                            deviance(live, in_bin * (totals_.live / all), surplus) -
                            deviance(baseline, in_bin * (totals_.baseline / all), -surplus) -
                            deviance(live_outside, outside * (totals_.live / all), -surplus) -
                            deviance(baseline_outside, outside * (totals_.baseline / all), surplus);
    return std::exp(exponent);
}

double FisherTest::p_value(double baseline, double live, double enough) const {
    double term = probability_of(baseline, live);
    double sum = term;
    double live_outside = totals_.live - live;
    double baseline_outside = totals_.baseline - baseline;
    // One value more of the bin is live, and one fewer of the baseline, until either side has
    // none left. Each table is less likely than the one before, and soon nothing beside the sum.
    while (sum < enough && term > sum * 1e-14) {
        ++live;
        ++baseline_outside;
        term *= baseline / live * (live_outside / baseline_outside);
        --baseline;
        --live_outside;
        sum += term;
    }
    return std::min(sum, 1.);
}

}  // namespace boxkited
