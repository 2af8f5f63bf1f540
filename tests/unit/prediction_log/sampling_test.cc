#include "prediction_log/sampling.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>

using namespace boxkited;

TEST_CASE("the hash of an id is what the documentation computes", "[sampling]") {
    CHECK(sampling_hash("") == 0xefd01f60ba992926);
    CHECK(sampling_hash("request-1") == 0xd80f6514855be93e);
}

TEST_CASE("a sample is its share of ids, even of ids that differ in little", "[sampling]") {
    const double share = GENERATE(0.0, 0.01, 0.25, 0.5, 0.9, 1.0);
    CAPTURE(share);
    constexpr int kIds = 100'000;
    const Sampling sampling(share);

    int taken = 0;
    for (int i = 0; i < kIds; ++i) taken += sampling.takes("request-" + std::to_string(i)) ? 1 : 0;

    const double deviation = std::sqrt(kIds * share * (1 - share));
    CHECK(std::abs(taken - kIds * share) <= 4 * deviation);
}

TEST_CASE("a smaller sample is a part of a larger one", "[sampling]") {
    const Sampling small(0.1);
    const Sampling large(0.3);

    for (int i = 0; i < 1000; ++i) {
        const std::string id = std::to_string(i);
        CHECK((!small.takes(id) || large.takes(id)));
    }
}

TEST_CASE("an output without an answer and metadata that name an error are errors", "[sampling]") {
    using Kind = Value::Kind;
    struct Row {
        std::optional<Value> output;
        std::string_view metadata;
        bool error;
    };
    const double infinity = std::numeric_limits<double>::infinity();
    const auto [output, metadata, error] = GENERATE_COPY(values<Row>({
        {std::nullopt, "", false},
        {Value{Kind::kNumber, 0, {}}, "", false},
        {Value{Kind::kText, 0, "error"}, "", false},
        {Value{Kind::kNested, 0, {}}, "null", false},
        {Value{Kind::kMissing, 0, {}}, "", true},
        {Value{Kind::kNumber, -infinity, {}}, "", true},
        {std::nullopt, R"({"a":{"error":1}})", false},
        {std::nullopt, R"({"a":1,"error":null})", false},
        {std::nullopt, R"({"error":false,"a":"error"})", false},
        {std::nullopt, R"({"a":1,"error":"timeout"})", true},
        {std::nullopt, R"({"error":{"code":17}})", true},
    }));
    CAPTURE(metadata);
    PredictionEvent event;
    event.output = output;
    event.metadata_json = metadata;

    CHECK(is_error(event) == error);
}
