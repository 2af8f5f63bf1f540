#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/keyed_hash.h"
#include "event/feature_names.h"
#include "event/prediction_event.h"
#include "prediction_log/log_options.h"

namespace boxkited {

// Gives the features of an event the form in which they are logged: one shape for all lines, and
// hashes in the place of values that are not to be written.
//
// What has no place in the shape is left out: of an array what lies behind the last name, of an
// object what has no place in an array. In an array, null stands where an object says nothing.
//
// An array tells which value is which by its length alone. When that is another than the baseline's
// all of its values are hashed, as soon as any feature is to be.
//
// Threads: one at a time.
class FeatureForm {
public:
    explicit FeatureForm(const PredictionLogOptions& options);

    // Whether features may come to be written otherwise than they were sent.
    bool changes_any() const { return changes_any_; }

    struct Formed {
        std::string_view json;  // Until the next call, or the event's own.
        std::size_t values_omitted = 0;
    };
    Formed form(const PredictionEvent& event, const FeatureNames& names);

private:
    void write_array(const PredictionEvent& event, const FeatureNames& names);
    void write_array_as_object(const PredictionEvent& event, const FeatureNames& names);
    void write_object(const PredictionEvent& event);
    void write_object_as_array(const PredictionEvent& event, const FeatureNames& names);
    bool is_hashed(std::string_view name) const { return hashed_.contains(name); }
    bool is_hashed_at(std::size_t place, const FeatureNames& names) const;
    void write(std::string_view value, bool hashed);

    const PredictionLogOptions::Shape shape_;
    const std::set<std::string, std::less<>> hashed_;
    const std::unique_ptr<KeyedHash> hash_;  // Null when nothing is hashed.
    const bool changes_any_;

    // Of the event at hand.
    bool hashes_all_ = false;
    std::size_t omitted_ = 0;
    std::string text_;
    std::string unescaped_;
    struct Place {
        std::string_view value = "null";
        bool hashed = false;
    };
    std::vector<Place> places_;
};

}  // namespace boxkited
