#include "table/event_rows.h"

#include <algorithm>

#include "table/line_text.h"

namespace boxkited {

namespace {

// What lives in the JSON reader until its next line gets a place of its own.
std::string_view kept(std::string_view text, std::string_view line, RowBlock& rows) {
    return lies_in(text, line) ? text : rows.kept.emplace_back(text);
}

Value kept(const Value& value, std::string_view line, RowBlock& rows) {
    Value copy = value;
    if (value.kind == Value::Kind::kText) copy.text = kept(value.text, line, rows);
    return copy;
}

}  // namespace

EventRows::EventRows(std::size_t row_bytes, std::size_t kept_features, bool needs_times)
    : row_bytes_(row_bytes), needs_times_(needs_times) {
    line_.keep_features(kept_features);
}

Result<std::size_t, RowFault> EventRows::read(std::string_view lines, std::uint64_t first_line,
                                              RowBlock& rows) {
    constexpr std::size_t kMostFeatures = 256 << 10;
    std::string_view left = lines;
    for (std::uint64_t number = first_line; !left.empty() && rows.features.size() < kMostFeatures;
         ++number) {
        const std::string_view line = take_line(left);
        if (is_blank(line)) continue;
        if (!read_line(line, rows)) return Failure{RowFault{number, reason_}};
        rows.lines.push_back(number);
    }
    return lines.size() - left.size();
}

bool EventRows::read_line(std::string_view line, RowBlock& rows) {
    if (line.size() > row_bytes_) return refuse(row_longer_than(row_bytes_));
    if (!line_.read_event(line)) return refuse(line_.reason());
    if (needs_times_ && !line_.time())
        return refuse(
            "no event time: expected RFC 3339 text or Unix seconds in `created_at` or "
            "`timestamp`");
    const auto& fields = line_.fields();
    const bool are_named = line_.has_features() && line_.are_named();
    if (are_named && !check_names()) return false;

    EventRow& event = rows.events.emplace_back();
    event.first_feature = rows.features.size();
    event.kept_features = fields.size();
    event.feature_count = line_.feature_count();
    event.has_features = line_.has_features();
    event.are_named = are_named;
    event.is_logged = line_.is_logged();
    event.time = line_.time();
    if (line_.output()) event.output = kept(*line_.output(), line, rows);
    for (const JsonLine::Field& field : fields)
        rows.features.push_back({kept(field.name, line, rows), kept(field.value, line, rows)});
    return true;
}

// Most events name the features that the one before has named.
bool EventRows::check_names() {
    const auto& fields = line_.fields();
    if (std::equal(fields.begin(), fields.end(), names_.begin(), names_.end(),
                   [](const auto& field, const std::string& name) { return field.name == name; }))
        return true;
    seen_.clear();
    names_.clear();
    for (const JsonLine::Field& field : fields) {
        if (!seen_.insert(field.name).second)
            return refuse("features: " + quoted_name(field.name) + " comes twice");
        names_.emplace_back(field.name);
    }
    return true;
}

bool EventRows::refuse(std::string reason) {
    reason_ = std::move(reason);
    return false;
}

}  // namespace boxkited
