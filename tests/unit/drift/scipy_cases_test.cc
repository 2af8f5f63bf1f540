#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "count_vectors.h"
#include "drift/significance.h"
#include "drift/verdict.h"

using namespace boxkited;
using Json = nlohmann::json;

namespace {

// What make_scipy_cases.py wrote.
const Json& cases() {
    static const Json cases = Json::parse(std::ifstream(BOXKITED_SCIPY_CASES));
    return cases;
}

CountVectors vectors_of(const Json& entry) {
    return {entry["baseline"], entry["live"], entry["bounds"]};
}

std::optional<double> expected_score(const Json& entry, Statistic statistic) {
    const auto found = entry["scores"].find(std::string(label(statistic)));
    if (found == entry["scores"].end() || found->is_null()) return std::nullopt;
    return found->get<double>();
}

std::optional<double> expected_p_value(const Json& entry, Statistic statistic) {
    const auto found = entry["p_values"].find(std::string(label(statistic)));
    if (found == entry["p_values"].end()) return std::nullopt;
    return found->get<double>();
}

bool is_near(std::optional<double> actual, std::optional<double> expected, double relative,
             double absolute) {
    if (!actual || !expected) return actual.has_value() == expected.has_value();
    return std::abs(*actual - *expected) <= relative * std::abs(*expected) + absolute;
}

}  // namespace

TEST_CASE("every score is that of scipy", "[drift]") {
    for (std::size_t i = 0; i < cases().size(); ++i) {
        const auto vectors = vectors_of(cases()[i]);
        const Scores made = scores(vectors.counts());

        for (const Statistic statistic : kStatistics) {
            CAPTURE(i, label(statistic), score_of(made, statistic),
                    expected_score(cases()[i], statistic));
            const double absolute = statistic == Statistic::kJs ? 1e-9 : 0;
            CHECK(is_near(score_of(made, statistic), expected_score(cases()[i], statistic), 1e-9,
                          absolute));
        }
    }
}

TEST_CASE("every p-value is that of scipy", "[drift]") {
    for (std::size_t i = 0; i < cases().size(); ++i) {
        const auto vectors = vectors_of(cases()[i]);
        const PValues made = p_values(vectors.counts(), scores(vectors.counts()));

        CAPTURE(i, made.ks, made.chi_squared, cases()[i]["p_values"].dump());
        CHECK(is_near(made.ks, expected_p_value(cases()[i], Statistic::kKs), 0, 1e-9));
        CHECK(is_near(made.chi_squared, expected_p_value(cases()[i], Statistic::kChiSquared), 0,
                      1e-9));
    }
}

TEST_CASE("every p-value of sampling is that of scipy", "[drift]") {
    for (std::size_t i = 0; i < cases().size(); ++i) {
        const auto vectors = vectors_of(cases()[i]);
        const double expected = cases()[i]["sampling_p_value"];
        const double made = sampling_p_value(vectors.counts());

        CAPTURE(i, made, expected);
        CHECK(is_near(made, expected, 0, 1e-9));
    }
}

TEST_CASE("contributions add up to the score where it is a sum", "[drift]") {
    for (std::size_t i = 0; i < cases().size(); ++i) {
        const auto vectors = vectors_of(cases()[i]);
        const Scores made = scores(vectors.counts());

        for (const Statistic statistic : {Statistic::kKl, Statistic::kPsi, Statistic::kJs,
                                          Statistic::kWasserstein, Statistic::kChiSquared}) {
            const auto terms = contributions(statistic, vectors.counts());
            const double sum = std::accumulate(terms.begin(), terms.end(), 0.);
            const double total = statistic == Statistic::kJs ? std::sqrt(sum) : sum;
            CAPTURE(i, label(statistic));
            CHECK(terms.size() == vectors.baseline.size());
            CHECK(is_near(total, score_of(made, statistic).value_or(0), 1e-12, 0));
        }
    }
}

TEST_CASE("the cases are of every kind", "[drift]") {
    std::size_t continuous = 0;
    std::size_t single = 0;
    std::size_t without_wasserstein = 0;
    std::size_t decided_by_rare_bins = 0;
    for (const Json& entry : cases()) {
        const auto vectors = vectors_of(entry);
        const bool is_continuous = !vectors.bounds.empty();
        continuous += is_continuous;
        single += vectors.baseline.size() == 1;
        without_wasserstein += is_continuous && !expected_score(entry, Statistic::kWasserstein);
        const auto bulk = expected_p_value(entry, Statistic::kChiSquared);
        decided_by_rare_bins += bulk && entry["sampling_p_value"] < *bulk;
    }

    CHECK(cases().size() >= 300);
    CHECK(continuous > 100);
    CHECK(cases().size() - continuous > 100);
    CHECK(single > 2);
    CHECK(without_wasserstein > 2);
    CHECK(decided_by_rare_bins > 5);
}
