#include "prediction_log/log_line.h"

#include "base/utc_text.h"

namespace boxkited {

namespace {

void append_member(std::string& out, std::string_view key, std::string_view json) {
    out.append(key);
    out.append(json.empty() ? std::string_view("null") : json);
}

}  // namespace

void append_log_line(std::string& out, const PredictionEvent& event, std::string_view id_json,
                     std::string_view entity_id, std::string_view server_id, WallTime created_at,
                     WallTime received_at) {
    // Recovery knows a line by its beginning (line_tail.cc).
    out.append(R"({"prediction_id":")").append(id_json);
    out.append(R"(","server_id":")").append(server_id);
    if (entity_id.empty())
        out.append(R"(","entity_id":null,"created_at":")");
    else
        out.append(R"(","entity_id":")").append(entity_id).append(R"(","created_at":")");
    append_utc_text(out, created_at);
    out.append(R"(","received_at":")");
    append_utc_text(out, received_at);
    append_member(out, R"(","features":)", event.features_json);
    append_member(out, R"(,"output":)", event.output_json);
    append_member(out, R"(,"request_body":)", event.request_body_json);
    append_member(out, R"(,"metadata":)", event.metadata_json);
    out.append("}\n");
}

}  // namespace boxkited
