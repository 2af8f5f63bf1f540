#include "drift/compared_bins.h"

#include <catch2/catch.hpp>
#include <numeric>
#include <random>

#include "count_vectors.h"

namespace boxkited {

namespace {

Totals totals_of(const CountVectors& vectors) {
    const auto sum = [](const std::vector<double>& counts) {
        return std::accumulate(counts.begin(), counts.end(), 0.0);
    };
    return {sum(vectors.baseline), sum(vectors.live)};
}

// Baseline counts up to `most`; live ones that differ from them by up to that share, and here and
// there are none.
CountVectors random_counts(std::size_t bins, double most, double share, std::mt19937& random) {
    std::uniform_real_distribution<double> unit(0, 1);
    CountVectors made;
    for (std::size_t i = 0; i < bins; ++i) {
        const double baseline = std::floor(1 + unit(random) * most);
        const double factor = 1 + share * (2 * unit(random) - 1);
        made.baseline.push_back(random() % 29 == 0 ? 0 : baseline);
        made.live.push_back(random() % 31 == 0 ? 0 : std::floor(baseline * factor));
    }
    made.baseline.front() = made.live.front() = 1;
    return made;
}

}  // namespace

TEST_CASE("bins side by side sum up to what they are one by one", "[drift]") {
    const std::size_t bins = GENERATE(1, 2, 3, 8, 33, 1000);
    const double most = GENERATE(3.0, 1e3, 1e9, 1e15);
    const double share = GENERATE(0.0, 1e-9, 0.01, 0.3, 1.0);
    std::mt19937 random(static_cast<unsigned>(bins));
    for (int round = 0; round < 20; ++round) {
        const CountVectors vectors = random_counts(bins, most, share, random);
        const ComparedBins compared(vectors.counts(), totals_of(vectors));
        CAPTURE(bins, most, share, round);

        const BinTerms<double> sums = compared.sums();

        BinTerms<double> one_by_one;
        for (std::size_t i = 0; i < bins; ++i) {
            const DivergenceTerms divergence = compared.divergence_terms(i);
            one_by_one.psi += divergence.psi;
            one_by_one.js += divergence.js;
            one_by_one.kl += compared.kl_term(i);
            one_by_one.chi_squared += compared.chi_squared_term(i);
            one_by_one.linf = std::max(one_by_one.linf, std::abs(compared.share_difference(i)));
        }
        const auto near = [](double expected) {
            return Approx(expected).epsilon(1e-9).margin(1e-18);
        };
        CHECK(sums.psi == near(one_by_one.psi));
        CHECK(sums.js == near(one_by_one.js));
        // Terms of both signs, which nearly cancel.
        CHECK(sums.kl == Approx(one_by_one.kl).epsilon(1e-9).margin(1e-12));
        CHECK(sums.chi_squared == near(one_by_one.chi_squared));
        CHECK(sums.linf == near(one_by_one.linf));
    }
}

}  // namespace boxkited
