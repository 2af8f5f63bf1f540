#include "baseline/baseline_family.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <utility>

#include "base/ascii_text.h"
#include "baseline/prometheus_escapes.h"

namespace boxkited {

namespace {

using Part = BaselineSampleName::Part;
using Status = Result<void, std::string>;

constexpr std::string_view kBaselineSuffix = "_baseline";
constexpr std::string_view kHelpBeforeName = "Baseline values for feature: ";
constexpr std::uint32_t kHighestIndex = 1'000'000;

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
    if (text.ends_with(suffix)) text.remove_suffix(suffix.size());
    return text;
}

// The digits of "feature_12_value_baseline", nothing for any other name.
std::optional<std::string_view> index_digits(std::string_view name) {
    constexpr std::string_view kBefore = "feature_";
    constexpr std::string_view kBehind = "_value_baseline";
    if (!name.starts_with(kBefore) || !name.ends_with(kBehind) ||
        name.size() <= kBefore.size() + kBehind.size())
        return std::nullopt;
    name.remove_prefix(kBefore.size());
    name.remove_suffix(kBehind.size());
    const bool leading_zero = name.size() > 1 && name[0] == '0';
    if (leading_zero || !std::all_of(name.begin(), name.end(), is_digit)) return std::nullopt;
    return name;
}

Result<double, std::string> read_count(const TextLine& sample) {
    const auto number = parse_sample_number(sample.text);
    if (!number)
        return Failure{"value " + in_quotes(sample.text) + " of " + std::string(sample.name) +
                       " is not a number"};
    return *number;
}

Status check_count(const TextLine& sample, double count) {
    if (!std::isfinite(count))
        return Failure{"a count of " + std::string(sample.name) + " is not finite"};
    if (count < 0) return Failure{"a count of " + std::string(sample.name) + " is negative"};
    return {};
}

// The first bin whose name an earlier one has. By sorting hashes, which for a million bins takes a
// third of the time of a hash set.
std::optional<std::size_t> second_of_a_name(const std::vector<CategoryBaseline::Bin>& bins) {
    struct Entry {
        std::size_t hash;
        std::size_t place;
    };
    std::vector<Entry> entries;
    entries.reserve(bins.size());
    for (const auto& bin : bins)
        entries.push_back({std::hash<std::string>{}(bin.name), entries.size()});
    std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
        if (a.hash != b.hash) return a.hash < b.hash;
        const int order = bins[a.place].name.compare(bins[b.place].name);
        return order != 0 ? order < 0 : a.place < b.place;
    });
    std::optional<std::size_t> first;
    for (std::size_t i = 1; i < entries.size(); ++i) {
        const auto [hash, place] = entries[i];
        if (hash == entries[i - 1].hash && bins[place].name == bins[entries[i - 1].place].name)
            first = std::min(first.value_or(place), place);
    }
    return first;
}

}  // namespace

std::optional<BaselineSampleName> baseline_sample_name(std::string_view sample) {
    struct Suffix {
        std::string_view text;
        Part part;
    };
    constexpr std::array kSuffixes{Suffix{"_bucket", Part::kBucket}, Suffix{"_total", Part::kBin},
                                   Suffix{"_sum", Part::kSum}, Suffix{"_count", Part::kCount},
                                   Suffix{"_created", Part::kCreated}};
    if (sample.ends_with(kBaselineSuffix)) return BaselineSampleName{sample, Part::kBin};
    for (const Suffix& suffix : kSuffixes) {
        if (!sample.ends_with(suffix.text)) continue;
        sample.remove_suffix(suffix.text.size());
        // Text 0.0.4 has `..._total_created` too.
        if (suffix.part == Part::kCreated) sample = without_suffix(sample, "_total");
        if (!sample.ends_with(kBaselineSuffix)) return std::nullopt;
        return BaselineSampleName{sample, suffix.part};
    }
    return std::nullopt;
}

std::optional<std::string_view> baseline_family_name(std::string_view family) {
    family = without_suffix(family, "_total");
    if (!family.ends_with(kBaselineSuffix)) return std::nullopt;
    return family;
}

Result<BaselineFamily, std::string> BaselineFamily::named(std::string_view name) {
    if (name == "inference_value_baseline") return BaselineFamily(name, std::nullopt);
    const auto digits = index_digits(name);
    if (!digits)
        return Failure{in_quotes(name) +
                       " is neither feature_<index>_value_baseline nor "
                       "inference_value_baseline"};
    std::uint32_t index = 0;
    const auto error = std::from_chars(digits->data(), digits->data() + digits->size(), index).ec;
    if (error != std::errc() || index > kHighestIndex)
        return Failure{"the feature index of " + in_quotes(name) + " is larger than 1000000"};
    return BaselineFamily(name, index);
}

BaselineFamily::BaselineFamily(std::string_view name, std::optional<std::uint32_t> index)
    : name_(name), index_(index) {}

Status BaselineFamily::add_help(std::string_view escaped, std::size_t line) {
    if (help_line_ != 0) return Failure{name_ + " has two HELP lines"};
    help_line_ = line;
    help_ = unescaped(escaped);
    return {};
}

Status BaselineFamily::add_type(std::string_view type, std::size_t line) {
    if (type_line_ != 0) return Failure{name_ + " has two TYPE lines"};
    type_line_ = line;
    if (type == "histogram") {
        type_ = Type::kHistogram;
    } else if (type == "counter") {
        type_ = Type::kCounter;
    } else {
        return Failure{"type of " + name_ + " is " + in_quotes(type) +
                       ", it must be histogram or counter"};
    }
    return {};
}

Status BaselineFamily::add_sample(const TextLine& sample, Part part, std::size_t line) {
    if (type_ == Type::kNone) return Failure{name_ + " has a sample before its TYPE line"};
    if ((type_ == Type::kCounter) != (part == Part::kBin))
        return Failure{name_ + " is a " + (type_ == Type::kCounter ? "counter" : "histogram") +
                       ", " + std::string(sample.name) + " is no sample of it"};
    const auto number = read_count(sample);
    if (!number) return Failure{number.error()};
    if (part == Part::kSum) return add_once(numeric_.sum, sample, *number);

    if (auto good = check_count(sample, *number); !good) return good;
    if (part == Part::kBin) return add_bin(sample, *number, line);
    if (part == Part::kBucket) return add_bucket(sample, *number, line);
    count_line_ = line;
    return add_once(numeric_.count, sample, *number);
}

Status BaselineFamily::add_once(std::optional<double>& value, const TextLine& sample,
                                double number) {
    if (value) return Failure{std::string(sample.name) + " stands twice"};
    value = number;
    return {};
}

Status BaselineFamily::add_bin(const TextLine& sample, double count, std::size_t line) {
    const auto bin = sample.label("bin");
    if (!bin) return Failure{std::string(sample.name) + " has no bin label"};
    category_.bins.push_back({unescaped(*bin), count});
    bin_lines_.push_back(line);
    return {};
}

Status BaselineFamily::add_bucket(const TextLine& sample, double count, std::size_t line) {
    const auto le = sample.label("le");
    if (!le) return Failure{std::string(sample.name) + " has no le label"};
    const auto bound = parse_sample_number(*le);
    if (!bound || std::isnan(*bound))
        return Failure{"bound " + in_quotes(*le) + " of " + name_ + " is not a number"};
    if (std::isinf(*bound) && *le != "+Inf")
        return Failure{"bound " + in_quotes(*le) + " of " + name_ + " is not finite"};
    if (!numeric_.buckets.empty()) {
        const NumericBaseline::Bucket& last = numeric_.buckets.back();
        if (*bound == last.bound)
            return Failure{"bucket " + in_quotes(*le) + " of " + name_ + " stands twice"};
        if (*bound < last.bound) return Failure{"bounds of " + name_ + " do not increase"};
        if (count < last.count)
            return Failure{"counts of " + name_ + " fall at bucket " + in_quotes(*le)};
    }
    numeric_.buckets.push_back({std::string(*le), *bound, count});
    last_bucket_line_ = line;
    return {};
}

Result<void, BaselineError> BaselineFamily::check_histogram() const {
    const auto& buckets = numeric_.buckets;
    if (buckets.empty()) return Failure{BaselineError{type_line_, name_ + " has no buckets"}};
    if (std::isfinite(buckets.back().bound))
        return Failure{BaselineError{last_bucket_line_, name_ + " has no +Inf bucket"}};
    if (buckets.size() == 1)
        return Failure{
            BaselineError{last_bucket_line_, name_ + " has no bucket with a finite bound"}};
    if (numeric_.count && *numeric_.count != buckets.back().count)
        return Failure{
            BaselineError{count_line_, name_ + "_count differs from the +Inf bucket of " + name_}};
    return {};
}

Result<void, BaselineError> BaselineFamily::check_counter() const {
    const auto twice = second_of_a_name(category_.bins);
    if (!twice) return {};
    return Failure{BaselineError{
        bin_lines_[*twice],
        "bin " + in_quotes(category_.bins[*twice].name) + " of " + name_ + " stands twice"}};
}

std::string BaselineFamily::feature_name() const {
    if (help_.starts_with(kHelpBeforeName)) return help_.substr(kHelpBeforeName.size());
    if (!help_.empty()) return help_;
    return index_ ? "feature_" + std::to_string(*index_) : "inference";
}

Result<BaselineVariable, BaselineError> BaselineFamily::finish() && {
    if (type_ == Type::kNone)
        return Failure{BaselineError{help_line_, name_ + " has no TYPE line"}};
    const bool histogram = type_ == Type::kHistogram;
    const auto checked = histogram ? check_histogram() : check_counter();
    if (!checked) return Failure{checked.error()};

    BaselineVariable variable;
    variable.metric_name = without_suffix(name_, kBaselineSuffix);
    variable.index = index_;
    variable.feature_name = feature_name();
    if (histogram) {
        if (numeric_.begins_negative()) numeric_.sum = numeric_.count = std::nullopt;
        variable.distribution = std::move(numeric_);
    } else {
        variable.distribution = std::move(category_);
    }
    variable.help = std::move(help_);
    return variable;
}

}  // namespace boxkited
