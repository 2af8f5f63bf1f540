// A baseline file is read line by line: each line is cut (prometheus_text), given to the family it
// names (baseline_family), and at the end the families become variables. Families of other names
// are passed over, but their lines must be Prometheus text too.

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "baseline/baseline.h"
#include "baseline/baseline_family.h"
#include "baseline/prometheus_text.h"

namespace boxkited {

namespace {

using Status = Result<void, std::string>;

class BaselineParser {
public:
    Result<Baseline, BaselineError> parse(std::string_view text);

private:
    Status take(std::string_view line);
    Status take_metadata();
    Status take_sample();
    Result<BaselineFamily*, std::string> family(std::string_view name);
    Result<Baseline, BaselineError> finish();

    TextLine line_;
    std::size_t number_ = 0;  // Of the line.
    std::vector<BaselineFamily> families_;
    std::unordered_map<std::string_view, std::size_t> places_;  // By names in the text.
    std::string_view last_name_;
    std::size_t last_place_ = 0;
};

Result<Baseline, BaselineError> BaselineParser::parse(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    while (!text.empty()) {
        ++number_;
        const auto end = std::min(text.find('\n'), text.size());
        if (auto taken = take(text.substr(0, end)); !taken)
            return Failure{BaselineError{number_, taken.error()}};
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return finish();
}

Status BaselineParser::take(std::string_view line) {
    if (auto cut = cut_line(line, line_); !cut) return cut;
    switch (line_.kind) {
        case TextLine::Kind::kOther:
            return {};
        case TextLine::Kind::kHelp:
        case TextLine::Kind::kType:
            return take_metadata();
        case TextLine::Kind::kSample:
            return take_sample();
    }
    return {};
}

Status BaselineParser::take_metadata() {
    const auto name = baseline_family_name(line_.name);
    if (!name) return {};
    const auto found = family(*name);
    if (!found) return Failure{found.error()};
    return line_.kind == TextLine::Kind::kHelp ? (*found)->add_help(line_.text, number_)
                                               : (*found)->add_type(line_.text, number_);
}

Status BaselineParser::take_sample() {
    const auto name = baseline_sample_name(line_.name);
    // When a counter was created says nothing of what it counts.
    if (!name || name->part == BaselineSampleName::Part::kCreated) return {};
    const auto found = family(name->family);
    if (!found) return Failure{found.error()};
    return (*found)->add_sample(line_, name->part, number_);
}

// A new one when there is none of that name. It stays where it is until the next call.
Result<BaselineFamily*, std::string> BaselineParser::family(std::string_view name) {
    if (name == last_name_) return &families_[last_place_];
    const auto at = places_.find(name);
    if (at == places_.end()) {
        auto made = BaselineFamily::named(name);
        if (!made) return Failure{made.error()};
        families_.push_back(*std::move(made));
        places_.emplace(name, families_.size() - 1);
    }
    last_name_ = name;
    last_place_ = at == places_.end() ? families_.size() - 1 : at->second;
    return &families_[last_place_];
}

Result<Baseline, BaselineError> BaselineParser::finish() {
    if (families_.empty()) return Failure{BaselineError{0, "no family that ends in _baseline"}};
    Baseline baseline;
    for (BaselineFamily& each : families_) {
        auto variable = std::move(each).finish();
        if (!variable) return Failure{variable.error()};
        baseline.variables.push_back(*std::move(variable));
    }
    std::sort(baseline.variables.begin(), baseline.variables.end(),
              [](const auto& a, const auto& b) {
                  return a.index && b.index ? *a.index < *b.index
                                            : a.index.has_value() > b.index.has_value();
              });
    return baseline;
}

}  // namespace

Result<Baseline, BaselineError> parse_baseline(std::string_view text) {
    return BaselineParser().parse(text);
}

}  // namespace boxkited
