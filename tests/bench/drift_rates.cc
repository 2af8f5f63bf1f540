// How often the rule of drift alarms while nothing drifted, and how often it finds what did.
//
//   drift_rates [--evaluations 20000] [--document docs/drift.md]
//
// An evaluation judges all variables of one window, and alarms when any of them drifted. So many
// are made of 250 variables, more of fewer. Windows
// are drawn from the baseline, with a seed, so that the same numbers come each time. With
// --document the tables replace what stands between the two marks in that file.
#include <algorithm>
#include <array>
#include <atomic>
#include <boost/random/binomial_distribution.hpp>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "baseline/baseline_builder.h"
#include "drift/verdict.h"

namespace {

using namespace boxkited;

using Random = std::mt19937_64;
using Bins = std::vector<double>;

constexpr std::array<std::size_t, 4> kVariables{1, 10, 100, 250};
constexpr std::array<std::uint64_t, 6> kWindows{200, 500, 1'000, 10'000, 100'000, 1'000'000};

// ---- Baselines ----

struct Training {
    std::string name;
    std::uint64_t rows;
    Bins counts;
    Bins bounds;  // Empty: discrete.

    BinCounts with(const Bins& live) const { return {counts, live, bounds}; }
};

Bins drawn_rows(std::uint64_t rows, const std::function<double(Random&)>& draw) {
    Random random(rows);
    Bins values;
    for (std::uint64_t i = 0; i < rows; ++i) values.push_back(draw(random));
    return values;
}

// As `boxkited baseline` makes it of these values.
Training continuous(const std::string& name, const Bins& values) {
    BaselineBuilder builder({{"x", ColumnKind::kContinuous}}, {.max_samples = values.size()});
    for (const double value : values) {
        builder.add_number(value);
        builder.end_row();
    }
    const auto baseline = std::move(builder).finish();
    Training training{name, values.size(), {}, {}};
    double below = 0;
    for (const auto& bucket : baseline->variables.front().numeric().buckets) {
        training.counts.push_back(bucket.count - below);
        below = bucket.count;
        if (std::isfinite(bucket.bound)) training.bounds.push_back(bucket.bound);
    }
    return training;
}

Training continuous(const std::string& name, std::uint64_t rows,
                    const std::function<double(Random&)>& draw) {
    return continuous(name, drawn_rows(rows, draw));
}

// Of categories that have these shares, each as near to its share as whole rows can be.
Training discrete(const std::string& name, std::uint64_t rows, const Bins& weights) {
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    Training training{name, rows, {}, {}};
    for (const double weight : weights)
        training.counts.push_back(
            std::max(1.0, std::round(weight / total * static_cast<double>(rows))));
    return training;
}

Bins zipf(std::size_t categories) {
    Bins weights;
    for (std::size_t i = 1; i <= categories; ++i) weights.push_back(1 / static_cast<double>(i));
    return weights;
}

double normal(Random& random) { return std::normal_distribution<>()(random); }
double exponential(Random& random) { return std::exponential_distribution<>()(random); }
double uniform(Random& random) { return std::uniform_real_distribution<>()(random); }
double two_humps(Random& random) {
    return normal(random) + (std::bernoulli_distribution(0.5)(random) ? 4 : 0);
}

std::vector<Training> baselines() {
    return {discrete("half and half", 300, {1, 1}),
            discrete("a class of 1%", 300, {99, 1}),
            continuous("normal", 300, normal),
            continuous("exponential", 10'000, exponential),
            continuous("normal", 100'000, normal),
            discrete("184 categories", 1'000, zipf(184)),
            discrete("184 categories", 100'000, zipf(184))};
}

// ---- Draws ----

// Draws bins by their shares, each in a few nanoseconds (Walker's alias method): a bin is halved
// into its own part and one of another bin, so that all have the same size.
class BinDraw {
public:
    explicit BinDraw(const Bins& weights) : own_(weights), alias_(weights.size()) {
        const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
        std::vector<std::size_t> small;
        std::vector<std::size_t> large;
        for (std::size_t bin = 0; bin < own_.size(); ++bin) {
            own_[bin] *= static_cast<double>(own_.size()) / total;
            (own_[bin] < 1 ? small : large).push_back(bin);
        }
        while (!small.empty() && !large.empty()) {
            const std::size_t filled = small.back();
            const std::size_t giver = large.back();
            small.pop_back();
            alias_[filled] = giver;
            own_[giver] -= 1 - own_[filled];
            if (own_[giver] >= 1) continue;
            large.pop_back();
            small.push_back(giver);
        }
        for (const std::size_t bin : small) own_[bin] = 1;
    }

    std::size_t operator()(Random& random) const {
        const double at =
            std::ldexp(static_cast<double>(random() >> 11), -53) * static_cast<double>(own_.size());
        const auto bin = static_cast<std::size_t>(at);
        return at - static_cast<double>(bin) < own_[bin] ? bin : alias_[bin];
    }

private:
    Bins own_;
    std::vector<std::size_t> alias_;
};

// Draws the counts of windows of values that fall into bins by their shares.
class Draw {
public:
    explicit Draw(const Bins& weights)
        : weights_(weights),
          total_(std::accumulate(weights.begin(), weights.end(), 0.0)),
          bin_(weights) {}

    void operator()(std::uint64_t values, Random& random, Bins& counts) const {
        counts.assign(weights_.size(), 0);
        if (values < 20 * weights_.size()) {
            for (std::uint64_t i = 0; i < values; ++i) ++counts[bin_(random)];
            return;
        }
        double left = total_;
        for (std::size_t bin = 0; bin < weights_.size() && values > 0; ++bin) {
            const double share = std::min(1.0, weights_[bin] / left);
            std::uint64_t drawn = values;
            if (bin + 1 < weights_.size() && share < 1)
                drawn =
                    static_cast<std::uint64_t>(boost::random::binomial_distribution<std::int64_t>(
                        static_cast<std::int64_t>(values), share)(random));
            counts[bin] = static_cast<double>(drawn);
            values -= drawn;
            left -= weights_[bin];
        }
    }

private:
    const Bins weights_;
    const double total_;
    const BinDraw bin_;
};

// The guard's p where the score reaches the threshold, else 1: what decides upon an alarm, however
// many variables are judged together.
double alarm_p(const BinCounts& counts, const DriftRule& rule) {
    if (*score_of(scores(counts), rule.statistic) < rule.threshold) return 1;
    return *assess(counts, rule, 1).p_value;
}

// ---- Rates ----

using Rates = std::array<double, kVariables.size()>;

// The share of evaluations that alarm, when so many variables are judged together: those in a row
// of `judgements` are one evaluation after the other. `draw_p` judges one variable.
Rates alarm_rates(std::size_t judgements, const DriftRule& rule,
                  const std::function<double()>& draw_p) {
    std::array<std::size_t, kVariables.size()> alarms{};
    std::array<double, kVariables.size()> smallest{};
    smallest.fill(1);
    for (std::size_t i = 1; i <= judgements; ++i) {
        const double p = draw_p();
        for (std::size_t v = 0; v < kVariables.size(); ++v) {
            smallest[v] = std::min(smallest[v], p);
            if (i % kVariables[v] != 0) continue;
            alarms[v] += smallest[v] < rule.alpha / static_cast<double>(kVariables[v]) ? 1 : 0;
            smallest[v] = 1;
        }
    }
    Rates rates{};
    for (std::size_t v = 0; v < rates.size(); ++v)
        rates[v] = static_cast<double>(alarms[v]) / static_cast<double>(judgements / kVariables[v]);
    return rates;
}

// Windows that are drawn from the baseline.
Rates false_alarms(const Training& training, std::uint64_t window, std::size_t judgements) {
    Random random(window);
    Draw draw(training.counts);
    Bins live;
    const DriftRule rule;
    return alarm_rates(judgements, rule, [&] {
        draw(window, random, live);
        return alarm_p(training.with(live), rule);
    });
}

// The same where the baseline is a sample itself, of the data that the window is drawn from.
Rates false_alarms_of_samples(const Training& training, std::uint64_t window,
                              std::size_t judgements) {
    Random random(window);
    Draw draw(training.counts);
    Training sampled = training;
    Bins live;
    const DriftRule rule;
    return alarm_rates(judgements, rule, [&] {
        draw(training.rows, random, sampled.counts);
        draw(window, random, live);
        return alarm_p(sampled.with(live), rule);
    });
}

struct Shape {
    std::string name;
    std::function<double(Random&)> draw;
};

double deviation(const Bins& values) {
    const double count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / count);
}

// How often one variable of so many is found, in windows that are drawn from the rows of the
// baseline and moved by half their standard deviation.
Rates found(const Shape& shape, std::uint64_t rows, std::uint64_t window, std::size_t evaluations) {
    const Bins values = drawn_rows(rows, shape.draw);
    const Training training = continuous(shape.name, values);
    const double move = 0.5 * deviation(values);
    Random random(rows);
    std::uniform_int_distribution<std::size_t> row(0, values.size() - 1);
    std::array<std::size_t, kVariables.size()> hits{};
    const DriftRule rule;
    Bins live;
    for (std::size_t i = 0; i < evaluations; ++i) {
        live.assign(training.counts.size(), 0);
        for (std::uint64_t value = 0; value < window; ++value) {
            const auto bucket = std::lower_bound(training.bounds.begin(), training.bounds.end(),
                                                 values[row(random)] + move) -
                                training.bounds.begin();
            ++live[static_cast<std::size_t>(bucket)];
        }
        const double p = alarm_p(training.with(live), rule);
        for (std::size_t v = 0; v < hits.size(); ++v)
            hits[v] += p < rule.alpha / static_cast<double>(kVariables[v]) ? 1 : 0;
    }
    Rates rates{};
    for (std::size_t v = 0; v < rates.size(); ++v)
        rates[v] = static_cast<double>(hits[v]) / static_cast<double>(evaluations);
    return rates;
}

// ---- Tables ----

std::string percent(double rate) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f%%", 100 * rate);
    return text;
}

std::string row(std::initializer_list<std::string> cells, const Rates& rates) {
    std::string line = "|";
    for (const std::string& cell : cells) line += " " + cell + " |";
    for (const double rate : rates) line += " " + percent(rate) + " |";
    return line + "\n";
}

std::string head(std::initializer_list<std::string> cells) {
    std::string line = "|";
    std::string rule = "|";
    for (const std::string& cell : cells) {
        line += " " + cell + " |";
        rule += "---|";
    }
    for (const std::size_t variables : kVariables) {
        line += " " + std::to_string(variables) + (variables == 1 ? " variable |" : " variables |");
        rule += "---|";
    }
    return line + "\n" + rule + "\n";
}

// Runs the tasks on all processors; the results in their order.
std::vector<std::string> run(const std::vector<std::function<std::string()>>& tasks) {
    std::vector<std::string> results(tasks.size());
    std::atomic<std::size_t> next = 0;
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
        threads.emplace_back([&] {
            for (std::size_t at = next++; at < tasks.size(); at = next++) {
                results[at] = tasks[at]();
                std::fprintf(stderr, "%s", results[at].c_str());
            }
        });
    threads.clear();
    return results;
}

// No window of many values came near the threshold, so fewer of them are drawn.
std::size_t variables_for(std::uint64_t window) {
    return window <= 1'000 ? kVariables.back() : 100;
}

std::string table_of_false_alarms(const std::vector<Training>& trainings, bool of_samples,
                                  std::size_t evaluations) {
    std::vector<std::function<std::string()>> tasks;
    for (const Training& training : trainings)
        for (const std::uint64_t window : kWindows)
            tasks.emplace_back([=, &training] {
                const std::size_t judgements = evaluations * variables_for(window);
                const Rates rates = of_samples
                                        ? false_alarms_of_samples(training, window, judgements)
                                        : false_alarms(training, window, judgements);
                return row({training.name, std::to_string(training.counts.size()),
                            std::to_string(training.rows), std::to_string(window)},
                           rates);
            });
    std::string table = head({"baseline", "bins", "rows", "window"});
    for (const std::string& line : run(tasks)) table += line;
    return table;
}

std::string table_of_found_shifts(std::size_t evaluations) {
    const std::vector<Shape> shapes{{"normal", normal},
                                    {"exponential", exponential},
                                    {"uniform", uniform},
                                    {"two humps", two_humps}};
    std::vector<std::function<std::string()>> tasks;
    for (const Shape& shape : shapes)
        for (const std::uint64_t rows : {300U, 301U, 302U, 303U, 1'000U, 100'000U})
            for (const std::uint64_t window : {200U, 500U, 1'000U})
                tasks.emplace_back([=, &shape] {
                    return row({shape.name, std::to_string(rows), std::to_string(window)},
                               found(shape, rows, window, evaluations));
                });
    std::string table = head({"shape", "rows", "window"});
    for (const std::string& line : run(tasks)) table += line;
    return table;
}

std::string tables(std::size_t evaluations) {
    const std::vector<Training> trainings = baselines();
    const std::size_t fewer = std::max<std::size_t>(1, evaluations / 10);
    std::ostringstream text;
    text << "False alarms, windows drawn from the baseline; at most 1% is promised. "
         << evaluations * kVariables.back()
         << " variables are judged in windows of up to 1000 values, " << evaluations * 100
         << " in larger ones, one evaluation after the other:\n\n"
         << table_of_false_alarms(trainings, false, evaluations)
         << "\nFalse alarms where the baseline is a sample itself, drawn anew for each variable "
            "from "
            "the data that windows come from; a tenth as many:\n\n"
         << table_of_false_alarms(trainings, true, fewer)
         << "\nShifts found: windows are drawn from the rows of the baseline and moved by half "
            "their "
            "standard deviation, in one continuous variable of so many; "
         << fewer << " windows each; at least 99% of windows of 500 is promised:\n\n"
         << table_of_found_shifts(fewer);
    return text.str();
}

bool replace_in(const std::string& file, const std::string& tables) {
    const std::string begin = "<!-- rates: written by tests/bench/drift_rates.cc -->\n\n";
    const std::string end = "\n<!-- end of rates -->";
    std::stringstream read;
    read << std::ifstream(file).rdbuf();
    std::string text = read.str();
    const std::size_t from = text.find(begin);
    const std::size_t to = text.find(end);
    if (from == std::string::npos || to == std::string::npos) return false;
    const std::size_t start = from + begin.size();
    text.replace(start, to - start, tables);
    return static_cast<bool>(std::ofstream(file) << text);
}

}  // namespace

int main(int count, char** arguments) {
    std::size_t evaluations = 20'000;
    std::string document;
    for (int i = 1; i + 1 < count; i += 2) {
        if (std::strcmp(arguments[i], "--evaluations") == 0)
            evaluations = std::stoul(arguments[i + 1]);
        if (std::strcmp(arguments[i], "--document") == 0) document = arguments[i + 1];
    }
    const std::string text = tables(evaluations);
    if (document.empty()) {
        std::fputs(text.c_str(), stdout);
    } else if (!replace_in(document, text)) {
        std::fprintf(stderr, "%s: has no marks for the tables\n", document.c_str());
        return 1;
    }
    return 0;
}
