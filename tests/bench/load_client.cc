// A client for measurements: one thread, TCP or Unix sockets, closed loop or fixed rate.
//
// Reads commands from standard input, one JSON object a line, and answers each with one:
//
//   {"open": "ours", "address": "127.0.0.1:9810", "path": "/v1/predictions", "bodies": "ev.ndjson",
//    "content_type": "application/json", "connections": 16, "depth": 1, "process": 4711}
//   {"slice": "ours", "warm_seconds": 0.05, "seconds": 0.3}
//
// Connections stay open from slice to slice, so that several servers are visited in turn. Whatever
// goes wrong, an answer other than 2xx included, ends it with exit code 1 and a message.
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "load/http_target.h"
#include "load/stream_target.h"

namespace {

using nlohmann::json;

load::HttpTargetOptions http_options(const json& command) {
    load::HttpTargetOptions options;
    options.address = command.at("address");
    options.form.method = command.value("method", options.form.method);
    options.form.path = command.at("path");
    if (!options.address.starts_with('/')) options.form.host = options.address;
    options.form.content_type = command.value("content_type", "");
    options.form.accept_encoding = command.value("accept_encoding", "");
    options.form.bodies = command.value("bodies", "");
    options.form.events = command.value("events", options.form.events);
    options.form.as_array = command.value("as_array", false);
    options.connections = command.value("connections", options.connections);
    options.depth = command.value("depth", options.depth);
    options.process = command.value("process", 0);
    options.may_refuse = command.value("may_refuse", false);
    return options;
}

load::SliceOptions slice_options(const json& command) {
    load::SliceOptions options;
    options.warm_seconds = command.value("warm_seconds", options.warm_seconds);
    options.seconds = command.value("seconds", options.seconds);
    options.rate = command.value("rate", options.rate);
    options.scrape_seconds = command.value("scrape_seconds", options.scrape_seconds);
    return options;
}

json to_json(const load::Slice& slice) {
    const auto microseconds = [&](double share) { return double(slice.latencies.at(share)) / 1e3; };
    return {{"requests", slice.requests},
            {"seconds", slice.seconds},
            {"cpu_seconds", slice.cpu_seconds},
            {"client_cpu_seconds", slice.client_cpu_seconds},
            {"p50_us", microseconds(0.5)},
            {"p99_us", microseconds(0.99)},
            {"p999_us", microseconds(0.999)},
            {"longest_us", double(slice.latencies.longest()) / 1e3},
            {"all_requests", slice.all_requests},
            {"all_bytes", slice.all_bytes},
            {"refused", slice.refused},
            {"scrapes", slice.scrapes}};
}

json to_json(const load::SentLines& sent) {
    return {{"lines", sent.lines}, {"sent_bytes", sent.bytes}, {"seconds", sent.seconds}};
}

class Client {
public:
    json answer(const json& command) {
        if (command.contains("open")) return open(command.at("open"), command);
        if (command.contains("close")) return close(command.at("close"));
        return slice(command.at("slice"), command);
    }

private:
    json open(const std::string& name, const json& command) {
        if (command.value("stream", false))
            streams_.try_emplace(name, command.at("address"), command.at("bodies"));
        else
            targets_.try_emplace(name, http_options(command));
        return {{"opened", name}};
    }

    json close(const std::string& name) {
        streams_.erase(name);
        targets_.erase(name);
        return {{"closed", name}};
    }

    json slice(const std::string& name, const json& command) {
        const auto stream = streams_.find(name);
        if (stream != streams_.end())
            return to_json(stream->second.run(command.value("seconds", 0.3),
                                              command.value("most_bytes", std::uint64_t{0})));
        return to_json(targets_.at(name).run(slice_options(command)));
    }

    std::map<std::string, load::HttpTarget> targets_;
    std::map<std::string, load::StreamTarget> streams_;
};

}  // namespace

int main() {
    Client client;
    std::string line;
    try {
        while (std::getline(std::cin, line))
            std::cout << client.answer(json::parse(line)) << std::endl;
    } catch (const std::exception& error) {
        std::cerr << "load_client: " << error.what() << ", at " << line << '\n';
        return 1;
    }
}
