#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "event/json_tokens.h"
#include "event/value_reader.h"

namespace boxkited {

// One line of NDJSON: a row as an object of cells, or a prediction event, of which features,
// output and time alone are looked at.
//
// Threads: one at a time.
class JsonLine {
public:
    struct Field {
        std::string_view name;  // Empty in an array.
        Value value;
    };

    // Of features in array form; all unless this is called.
    void keep_features(std::size_t count) { kept_features_ = count; }

    // Whether the line is an object whose `features` are those of an event. False as well for
    // what is no JSON.
    bool is_event(std::string_view line);

    // Views lead into `line` or into this object, and hold until the next call. False: reason().
    bool read_object(std::string_view line);
    bool read_event(std::string_view line);

    const std::vector<Field>& fields() const { return fields_; }
    // Of an event, which has `features` or `output`; has_features() is false for null as well.
    bool has_features() const { return has_features_; }
    bool are_named() const { return are_named_; }
    std::size_t feature_count() const { return feature_count_; }  // Kept or not.
    const std::optional<Value>& output() const { return output_; }
    // `created_at` of a line of the log, else `timestamp`. Nothing when there is none, or it is no
    // time.
    const std::optional<WallTime>& time() const { return time_; }
    // Whether there is a `created_at`.
    bool is_logged() const { return is_logged_; }

    const std::string& reason() const { return reason_; }

private:
    bool begin(std::string_view line);
    bool finish(bool good);
    template <typename Read>
    bool for_each_key(Read read);
    bool read_event_field(std::string_view name);
    bool read_features();
    bool read_time(bool is_logged);
    bool read_named();
    bool read_in_order();
    bool fail(std::string reason);

    JsonTokens tokens_;
    ValueReader values_{1000};  // As deep as any daemon takes: the most of limits.json_depth.
    std::size_t kept_features_ = std::numeric_limits<std::size_t>::max();
    std::vector<Field> fields_;
    std::size_t feature_count_ = 0;
    bool names_features_ = false;
    bool has_features_ = false;
    bool are_named_ = true;
    std::optional<Value> output_;
    std::optional<WallTime> time_;
    bool is_logged_ = false;
    std::string reason_;
};

// "`bmi`", on one line, shortened where it is long.
std::string quoted_name(std::string_view name);

}  // namespace boxkited
