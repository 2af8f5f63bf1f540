// What one would write in an afternoon of the libraries that everyone knows: Beast with callbacks,
// nlohmann::json, a prometheus-cpp histogram for each feature, a line of spdlog for each event.
//
//   textbook PORT HISTOGRAM.prom LOG
//
// Takes events with ten or any number of features, one as JSON or one a line, as boxkited does.
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <sstream>
#include <utility>

#include "baseline/baseline.h"
#include "beast_server.h"

namespace {

using nlohmann::json;

prometheus::Histogram::BucketBoundaries bounds_of(const boxkited::NumericBaseline& numeric) {
    prometheus::Histogram::BucketBoundaries bounds;
    for (const auto& bucket : numeric.buckets) bounds.push_back(bucket.bound);
    bounds.pop_back();  // prometheus-cpp adds infinity by itself.
    return bounds;
}

class Monitor {
public:
    Monitor(const boxkited::Baseline& baseline, const std::string& log)
        : log_(spdlog::basic_logger_st("predictions", log)) {
        for (const auto& variable : baseline.variables) {
            auto& histogram = prometheus::BuildHistogram()
                                  .Name(variable.metric_name)
                                  .Help(variable.live_help())
                                  .Register(registry_)
                                  .Add({}, bounds_of(variable.numeric()));
            (variable.index ? features_ : outputs_).push_back(&histogram);
        }
        log_->set_pattern("%v");
    }

    // The prediction's id.
    std::string take(const std::string& text) {
        const json event = json::parse(text);
        const json& features = event.at("features");
        for (std::size_t i = 0; i < features.size() && i < features_.size(); ++i)
            features_[i]->Observe(features[i].get<double>());
        outputs_.front()->Observe(event.at("output").get<double>());
        const std::string id = next_id();
        log_->info(json{{"prediction_id", id},
                        {"created_at", std::time(nullptr)},
                        {"features", features},
                        {"output", event.at("output")},
                        {"request_body", event.value("request_body", json())}}
                       .dump());
        return id;
    }

private:
    std::string next_id() { return fmt::format("server/{:016x}{:016x}", random_(), random_()); }

    prometheus::Registry registry_;
    std::vector<prometheus::Histogram*> features_;
    std::vector<prometheus::Histogram*> outputs_;
    std::shared_ptr<spdlog::logger> log_;
    std::mt19937_64 random_;
};

std::string take_lines(Monitor& monitor, const std::string& body) {
    std::istringstream lines(body);
    std::size_t accepted = 0;
    for (std::string line; std::getline(lines, line); ++accepted) monitor.take(line);
    return json{{"accepted", accepted}, {"rejected", 0}, {"errors", json::array()}}.dump();
}

peers::Response answer(Monitor& monitor, const peers::Request& request) {
    peers::Response response(peers::http::status::accepted, request.version());
    response.set(peers::http::field::content_type, "application/json");
    try {
        if (request[peers::http::field::content_type] == "application/x-ndjson")
            response.body() = take_lines(monitor, request.body());
        else
            response.body() = json{{"prediction_id", monitor.take(request.body())}}.dump();
    } catch (const json::exception& error) {
        response.result(peers::http::status::bad_request);
        response.body() = json{{"error", error.what()}}.dump();
    }
    return response;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::cerr << "usage: textbook PORT HISTOGRAM.prom LOG\n";
        return 2;
    }
    const auto baseline = boxkited::read_baseline(arguments[2]);
    if (!baseline) {
        std::cerr << boxkited::to_string(baseline.error(), arguments[2]) << '\n';
        return 2;
    }
    Monitor monitor(*baseline, arguments[3]);
    peers::serve(static_cast<unsigned short>(std::stoul(arguments[1])),
                 [&](const peers::Request& request) { return answer(monitor, request); });
}
