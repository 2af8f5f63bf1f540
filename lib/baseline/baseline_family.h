#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baseline/baseline.h"
#include "baseline/prometheus_text.h"

namespace boxkited {

// The name of a sample of a baseline family, cut in two.
struct BaselineSampleName {
    enum class Part { kBin, kBucket, kSum, kCount, kCreated };

    std::string_view family;  // Without `_total`.
    Part part;
};
// Nothing for a sample of a family that does not end in `_baseline`.
std::optional<BaselineSampleName> baseline_sample_name(std::string_view sample);
// The name without `_total`; nothing for a family that does not end in `_baseline`.
std::optional<std::string_view> baseline_family_name(std::string_view family);

// One family of a baseline file while it is read: checks each line as it comes, and the whole at
// the end. Reasons name the family.
class BaselineFamily {
public:
    // Fails when the name is that of no feature and not that of the predictions.
    static Result<BaselineFamily, std::string> named(std::string_view name);

    Result<void, std::string> add_help(std::string_view escaped, std::size_t line);
    Result<void, std::string> add_type(std::string_view type, std::size_t line);
    Result<void, std::string> add_sample(const TextLine& sample, BaselineSampleName::Part part,
                                         std::size_t line);

    Result<BaselineVariable, BaselineError> finish() &&;

private:
    enum class Type { kNone, kHistogram, kCounter };

    BaselineFamily(std::string_view name, std::optional<std::uint32_t> index);

    Result<void, std::string> add_bin(const TextLine& sample, double count, std::size_t line);
    Result<void, std::string> add_bucket(const TextLine& sample, double count, std::size_t line);
    Result<void, std::string> add_once(std::optional<double>& value, const TextLine& sample,
                                       double number);
    Result<void, BaselineError> check_histogram() const;
    Result<void, BaselineError> check_counter() const;
    std::string feature_name() const;

    std::string name_;
    std::optional<std::uint32_t> index_;
    std::string help_;
    std::size_t help_line_ = 0;  // 0: not yet seen.
    Type type_ = Type::kNone;
    std::size_t type_line_ = 0;

    NumericBaseline numeric_;
    std::size_t last_bucket_line_ = 0;
    std::size_t count_line_ = 0;

    CategoryBaseline category_;
    std::vector<std::size_t> bin_lines_;
};

}  // namespace boxkited
