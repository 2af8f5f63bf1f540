#include "prediction_log/log_line.h"

#include "base/text_appender.h"
#include "base/utc_text.h"

namespace boxkited {

namespace {

// More than all that is no part of the event: keys, times, brackets.
constexpr std::size_t kFrameBytes = 256;

std::string_view or_null(std::string_view json) { return json.empty() ? "null" : json; }

// All members, known when this is compiled: each test of one is then none.
struct AllFields {
    static constexpr bool has(LineField) { return true; }
};

template <typename Fields>
void append_members(TextAppender& line, Fields fields, const PredictionEvent& event,
                    std::string_view id_json, std::string_view entity_id,
                    std::string_view server_id, WallTime created_at, WallTime received_at,
                    std::string_view features_json) {
    // Recovery knows a line by its beginning (line_tail.cc).
    line.put(R"({"prediction_id":")");
    line.put(id_json);
    // Each text is closed by the quote that the next piece begins with.
    bool open = true;
    const auto next = [&](std::string_view piece) {
        line.put(open ? piece : piece.substr(1));
        open = false;
    };
    const auto put_text = [&](std::string_view key, std::string_view text) {
        next(key);
        line.put(text);
        open = true;
    };
    const auto put_json = [&](std::string_view key, std::string_view json) {
        next(key);
        line.put(or_null(json));
    };
    if (fields.has(LineField::kServerId)) put_text(R"(","server_id":")", server_id);
    if (fields.has(LineField::kEntityId)) {
        if (entity_id.empty()) {
            next(R"(","entity_id":null)");
        } else {
            put_text(R"(","entity_id":")", entity_id);
        }
    }
    const UtcText created(created_at);
    if (fields.has(LineField::kCreatedAt)) put_text(R"(","created_at":")", created.view());
    if (fields.has(LineField::kReceivedAt))
        put_text(R"(","received_at":")",
                 (received_at == created_at ? created : UtcText(received_at)).view());
    if (fields.has(LineField::kFeatures)) put_json(R"(","features":)", features_json);
    if (fields.has(LineField::kOutput)) put_json(R"(","output":)", event.output_json);
    if (fields.has(LineField::kRequestBody))
        put_json(R"(","request_body":)", event.request_body_json);
    if (fields.has(LineField::kMetadata)) put_json(R"(","metadata":)", event.metadata_json);
    next("\"}\n");
}

std::size_t most_bytes(const PredictionEvent& event, std::string_view id_json,
                       std::string_view entity_id, std::string_view server_id,
                       std::string_view features_json) {
    return kFrameBytes + id_json.size() + server_id.size() + entity_id.size() +
           features_json.size() + event.output_json.size() + event.request_body_json.size() +
           event.metadata_json.size();
}

}  // namespace

void append_log_line(std::string& out, const PredictionEvent& event, std::string_view id_json,
                     std::string_view entity_id, std::string_view server_id, WallTime created_at,
                     WallTime received_at) {
    TextAppender line(out, most_bytes(event, id_json, entity_id, server_id, event.features_json));
    append_members(line, AllFields(), event, id_json, entity_id, server_id, created_at, received_at,
                   event.features_json);
}

void append_log_line(std::string& out, const PredictionEvent& event, std::string_view id_json,
                     std::string_view entity_id, std::string_view server_id, WallTime created_at,
                     WallTime received_at, std::string_view features_json, LineFields fields) {
    TextAppender line(out, most_bytes(event, id_json, entity_id, server_id, features_json));
    append_members(line, fields, event, id_json, entity_id, server_id, created_at, received_at,
                   features_json);
}

}  // namespace boxkited
