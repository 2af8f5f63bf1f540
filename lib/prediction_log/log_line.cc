#include "prediction_log/log_line.h"

#include "base/text_appender.h"
#include "base/utc_text.h"

namespace boxkited {

namespace {

// More than all that is no part of the event: keys, times, brackets.
constexpr std::size_t kFrameBytes = 256;

std::string_view or_null(std::string_view json) { return json.empty() ? "null" : json; }

}  // namespace

void append_log_line(std::string& out, const PredictionEvent& event, std::string_view id_json,
                     std::string_view entity_id, std::string_view server_id, WallTime created_at,
                     WallTime received_at) {
    // Recovery knows a line by its beginning (line_tail.cc).
    const std::size_t most = kFrameBytes + id_json.size() + server_id.size() + entity_id.size() +
                             event.features_json.size() + event.output_json.size() +
                             event.request_body_json.size() + event.metadata_json.size();
    const UtcText created(created_at);
    TextAppender line(out, most);
    line.put(R"({"prediction_id":")");
    line.put(id_json);
    line.put(R"(","server_id":")");
    line.put(server_id);
    if (entity_id.empty()) {
        line.put(R"(","entity_id":null,"created_at":")");
    } else {
        line.put(R"(","entity_id":")");
        line.put(entity_id);
        line.put(R"(","created_at":")");
    }
    line.put(created.view());
    line.put(R"(","received_at":")");
    line.put((received_at == created_at ? created : UtcText(received_at)).view());
    line.put(R"(","features":)");
    line.put(or_null(event.features_json));
    line.put(R"(,"output":)");
    line.put(or_null(event.output_json));
    line.put(R"(,"request_body":)");
    line.put(or_null(event.request_body_json));
    line.put(R"(,"metadata":)");
    line.put(or_null(event.metadata_json));
    line.put("}\n");
}

}  // namespace boxkited
