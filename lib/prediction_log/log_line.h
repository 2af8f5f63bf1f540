#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "event/prediction_event.h"
#include "prediction_log/line_fields.h"

namespace boxkited {

// Appends the event as a line of the log: one strict JSON object and a newline.
//
// `id_json` is the inside of a JSON string. `entity_id` (empty: null) and `server_id` hold
// nothing that JSON escapes.
//
// Threads: any.
void append_log_line(std::string& out, const PredictionEvent& event, std::string_view id_json,
                     std::string_view entity_id, std::string_view server_id, WallTime created_at,
                     WallTime received_at);

// The same with some of the members, `prediction_id` among them, and with `features_json` in the
// place of the event's own.
void append_log_line(std::string& out, const PredictionEvent& event, std::string_view id_json,
                     std::string_view entity_id, std::string_view server_id, WallTime created_at,
                     WallTime received_at, std::string_view features_json, LineFields fields);

}  // namespace boxkited
