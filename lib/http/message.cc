#include "http/message.h"

#include "base/json_text.h"

namespace boxkited::http {

std::string_view body_of(const Response& response) {
    return response.shared_body ? *response.shared_body : response.body;
}

Response error_response(int status, std::string_view message) {
    Response response;
    response.status = status;
    response.body = R"({"error":)";
    append_json_string(response.body, message);
    response.body += "}";
    return response;
}

}  // namespace boxkited::http
