#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>

#include "baseline/prometheus_escapes.h"
#include "baseline/prometheus_text.h"
#include "exposition/distributions_text.h"
#include "unit/baseline/golden.h"

using namespace boxkited;

namespace {

// Samples by name and labels, and HELP and TYPE lines by keyword and name: order and the spelling
// of numbers are free.
struct Scrape {
    std::map<std::string, double> samples;
    std::map<std::string, std::string> heads;
};

// The keys of which only one of the two knows, or of which they say different things.
template <typename Map>
std::vector<std::string> differences(const Map& a, const Map& b) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : a)
        if (const auto at = b.find(key); at == b.end() || at->second != value) keys.push_back(key);
    for (const auto& [key, value] : b)
        if (!a.contains(key)) keys.push_back(key);
    return keys;
}

std::string sample_key(const TextLine& line) {
    std::map<std::string, std::string> labels;
    for (const auto& label : line.labels) labels[std::string(label.name)] = label.value;
    std::string key(line.name);
    for (const auto& [name, value] : labels) key += "," + name + "=" + value;
    return key;
}

Scrape read_scrape(const std::string& text) {
    Scrape scrape;
    std::istringstream lines(text);
    TextLine cut;
    for (std::string line; std::getline(lines, line);) {
        REQUIRE(cut_line(line, cut));
        if (cut.kind == TextLine::Kind::kSample) {
            const bool is_new =
                scrape.samples.emplace(sample_key(cut), parse_sample_number(cut.text).value())
                    .second;
            CAPTURE(line);
            REQUIRE(is_new);
        } else {
            const char* keyword = cut.kind == TextLine::Kind::kHelp ? "HELP " : "TYPE ";
            scrape.heads[keyword + std::string(cut.name)] = cut.text;
        }
    }
    return scrape;
}

// Takes the sample out of the scrape.
double take(Scrape& scrape, const std::string& name, const std::string& label,
            const std::string& value) {
    std::string key = name + "," + label + "=";
    append_escaped_label(key, value);
    return scrape.samples.extract(key).mapped();
}

// What is left of a counter, once the bins of its baseline are taken, are new bins.
void fill_new_bins(LiveSnapshot& snapshot, std::uint32_t position, const Scrape& rest) {
    const auto& variable = snapshot.layout->baseline().variables[position];
    const std::string before = variable.metric_name + "_total,bin=";
    for (const auto& [key, count] : rest.samples) {
        if (!key.starts_with(before)) continue;
        const auto slot = static_cast<std::uint32_t>(snapshot.counts.size());
        snapshot.new_bins.push_back({position, slot, unescaped(key.substr(before.size()))});
        snapshot.counts.push_back(static_cast<std::uint64_t>(count));
    }
}

void fill_variable(LiveSnapshot& snapshot, std::uint32_t position, Scrape& rest) {
    const BaselineVariable& variable = snapshot.layout->baseline().variables[position];
    std::size_t slot = snapshot.layout->variables()[position].first_slot;
    const std::string& name = variable.metric_name;
    if (!variable.is_numeric()) {
        for (const auto& bin : variable.category().bins)
            snapshot.counts[slot++] =
                static_cast<std::uint64_t>(take(rest, name + "_total", "bin", bin.name));
        return fill_new_bins(snapshot, position, rest);
    }
    double below = 0;
    for (const auto& bucket : variable.numeric().buckets) {
        const double count = take(rest, name + "_bucket", "le", bucket.le);
        snapshot.counts[slot++] = static_cast<std::uint64_t>(count - below);
        below = count;
    }
    if (!variable.numeric().begins_negative())
        snapshot.sums[position] = rest.samples.at(name + "_sum");
}

// The snapshot that a golden scrape was taken of.
LiveSnapshot snapshot_behind(const std::string& name) {
    Scrape scrape = read_scrape(golden_file(name + "/metrics.prom"));
    LiveSnapshot snapshot;
    snapshot.layout = std::make_shared<const Layout>(
        std::make_shared<const Baseline>(good_baseline(golden_file(name + "/histogram.prom"))));
    snapshot.counts.resize(snapshot.layout->slots());
    snapshot.sums.resize(snapshot.layout->variables().size());
    for (std::uint32_t i = 0; i < snapshot.layout->variables().size(); ++i)
        fill_variable(snapshot, i, scrape);
    return snapshot;
}

std::string text_of(const LiveSnapshot& snapshot) {
    std::string text;
    DistributionsText(snapshot.layout)
        .append(text, snapshot, TextFormat::kPrometheus004, NameFilter());
    return text;
}

}  // namespace

TEST_CASE("golden counts make the golden scrape sample for sample", "[exposition]") {
    const std::string name = GENERATE("diabetes", "iris", "edge", "wide");
    CAPTURE(name);

    const Scrape scrape = read_scrape(text_of(snapshot_behind(name)));

    const Scrape golden = read_scrape(golden_file(name + "/metrics.prom"));
    CHECK(differences(scrape.heads, golden.heads) == std::vector<std::string>{});
    CHECK(differences(scrape.samples, golden.samples) == std::vector<std::string>{});
}

TEST_CASE("promtool finds nothing wrong with the golden scrapes", "[exposition]") {
    if (::access("/usr/bin/promtool", X_OK) != 0) return;
    const std::string name = GENERATE("diabetes", "iris", "edge", "wide");
    CAPTURE(name);
    const std::string text = text_of(snapshot_behind(name));

    std::FILE* promtool = ::popen("/usr/bin/promtool check metrics >&2", "w");
    REQUIRE(promtool != nullptr);
    std::fwrite(text.data(), 1, text.size(), promtool);

    CHECK(::pclose(promtool) == 0);
}
