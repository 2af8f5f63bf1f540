// simdjson by itself: decodes the bodies that boxkited is sent, all values of each event, and does
// nothing with them. One thread.
//
//   decode_alone EVENTS.ndjson EVENTS_IN_A_BODY
//
// Reads seconds from standard input, a line each, decodes for so long, and says what it did.
#include <simdjson.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
namespace ondemand = simdjson::ondemand;

std::vector<simdjson::padded_string> read_bodies(const char* file, std::size_t events) {
    std::ifstream input(file);
    std::vector<simdjson::padded_string> bodies;
    std::string body;
    std::size_t count = 0;
    for (std::string line; std::getline(input, line);) {
        body += line + '\n';
        if (++count % events != 0) continue;
        bodies.emplace_back(body);
        body.clear();
    }
    if (bodies.empty()) throw std::runtime_error(std::string(file) + ": too few events");
    return bodies;
}

// Something of every value, so that none is passed over.
double decode_event(ondemand::document_reference event) {
    double sum = 0;
    for (const double value : event["features"]) sum += value;
    sum += double(event["output"]);
    sum += double(std::string_view(event["request_body"].raw_json_token()).size());
    return sum;
}

double decode_body(ondemand::parser& parser, const simdjson::padded_string& body) {
    double sum = 0;
    ondemand::document_stream events = parser.iterate_many(body);
    for (auto event : events) sum += decode_event(event.value());
    return sum;
}

double cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

nlohmann::json decode_for(std::chrono::duration<double> time, ondemand::parser& parser,
                          const std::vector<simdjson::padded_string>& bodies) {
    const auto begin = Clock::now();
    const double cpu_begin = cpu_seconds();
    std::size_t bytes = 0;
    double sum = 0;
    while (Clock::now() - begin < time)
        for (const auto& body : bodies) {
            sum += decode_body(parser, body);
            bytes += body.size();
        }
    return {{"bytes", bytes},
            {"seconds", std::chrono::duration<double>(Clock::now() - begin).count()},
            {"cpu_seconds", cpu_seconds() - cpu_begin},
            {"sum", sum}};
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::cerr << "usage: decode_alone EVENTS.ndjson EVENTS_IN_A_BODY\n";
        return 2;
    }
    try {
        const auto bodies = read_bodies(arguments[1], std::stoul(arguments[2]));
        ondemand::parser parser;
#ifdef SIMDJSON_THREADS_ENABLED
        parser.threaded = false;
#endif
        for (double seconds = 0; std::cin >> seconds;)
            std::cout << decode_for(std::chrono::duration<double>(seconds), parser, bodies)
                      << std::endl;
    } catch (const std::exception& error) {
        std::cerr << "decode_alone: " << error.what() << '\n';
        return 1;
    }
}
