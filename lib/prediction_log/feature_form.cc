#include "prediction_log/feature_form.h"

#include "base/json_text.h"
#include "event/json_members.h"
#include "event/json_string.h"

namespace boxkited {

namespace {

using Shape = PredictionLogOptions::Shape;

std::unique_ptr<KeyedHash> hash_of(const PredictionLogOptions& options) {
    if (options.hashed_features.empty()) return nullptr;
    return std::make_unique<KeyedHash>(options.hash_key);
}

void put_comma(std::string& text) {
    if (text.size() > 1) text += ',';
}

}  // namespace

FeatureForm::FeatureForm(const PredictionLogOptions& options)
    : shape_(options.features),
      hashed_(options.hashed_features.begin(), options.hashed_features.end()),
      hash_(hash_of(options)),
      changes_any_(shape_ != Shape::kAsSent || !hashed_.empty()) {}

FeatureForm::Formed FeatureForm::form(const PredictionEvent& event, const FeatureNames& names) {
    const Shape sent = event.features_are_named ? Shape::kObject : Shape::kArray;
    const bool converts = shape_ != Shape::kAsSent && shape_ != sent;
    if (event.features_json.empty() || !(converts || hash_)) return {event.features_json};

    constexpr std::size_t kRemembered = 1 << 20;
    text_.clear();
    if (text_.capacity() > kRemembered) text_.shrink_to_fit();
    omitted_ = 0;
    hashes_all_ = hash_ && sent == Shape::kArray && event.feature_count != names.size();
    if (sent == Shape::kArray) {
        converts ? write_array_as_object(event, names) : write_array(event, names);
    } else {
        converts ? write_object_as_array(event, names) : write_object(event);
    }
    return {text_, omitted_};
}

void FeatureForm::write_array(const PredictionEvent& event, const FeatureNames& names) {
    JsonMembers members(event.features_json);
    text_ += '[';
    for (std::size_t place = 0; members.next(); ++place) {
        put_comma(text_);
        write(members.value(), is_hashed_at(place, names));
    }
    text_ += ']';
}

void FeatureForm::write_array_as_object(const PredictionEvent& event, const FeatureNames& names) {
    JsonMembers members(event.features_json);
    text_ += '{';
    for (std::size_t place = 0; members.next(); ++place) {
        if (place >= names.size() || names.at(place).empty()) {
            ++omitted_;
            continue;
        }
        put_comma(text_);
        append_json_string(text_, names.at(place));
        text_ += ':';
        write(members.value(), is_hashed_at(place, names));
    }
    text_ += '}';
}

// The event holds the names unescaped, in the same order.
void FeatureForm::write_object(const PredictionEvent& event) {
    JsonMembers members(event.features_json);
    text_ += '{';
    for (const PredictionEvent::Feature& feature : event.features) {
        members.next();
        put_comma(text_);
        text_.append("\"").append(members.name()).append("\":");
        write(members.value(), is_hashed(feature.name));
    }
    text_ += '}';
}

void FeatureForm::write_object_as_array(const PredictionEvent& event, const FeatureNames& names) {
    places_.assign(names.size(), {});
    JsonMembers members(event.features_json);
    for (const PredictionEvent::Feature& feature : event.features) {
        members.next();
        if (const auto place = names.find(feature.name)) {
            places_[*place] = {members.value(), is_hashed(feature.name)};
        } else {
            ++omitted_;
        }
    }
    text_ += '[';
    for (const Place& place : places_) {
        put_comma(text_);
        write(place.value, place.hashed);
    }
    text_ += ']';
}

bool FeatureForm::is_hashed_at(std::size_t place, const FeatureNames& names) const {
    return hashes_all_ || (!hashed_.empty() && is_hashed(names.at(place)));
}

// A text hashes as what it says, so that quotes and escapes do not matter.
void FeatureForm::write(std::string_view value, bool hashed) {
    if (!hashed || value == "null") {
        text_ += value;
        return;
    }
    if (value.starts_with('"')) {
        unescaped_.clear();
        unescape_json(value.substr(1, value.size() - 2), unescaped_);
        value = unescaped_;
    }
    text_ += '"';
    hash_->append(text_, value);
    text_ += '"';
}

}  // namespace boxkited
