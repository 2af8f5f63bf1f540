#include "http/answer.h"

#include "base/number_text.h"

namespace boxkited::http {

namespace {

std::string_view reason(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 202:
            return "Accepted";
        case 400:
            return "Bad Request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unnamed";
    }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

void append_answer_head(std::string& out, const Response& response, std::string_view date,
                        AnswerStyle style) {
    out += "HTTP/1.1 ";
    append_integer(out, static_cast<std::uint64_t>(response.status));
    out.append(" ").append(reason(response.status)).append("\r\n");
    append_field(out, "Date", date);
    append_field(out, "Content-Type", response.content_type);
    out += "Content-Length: ";
    append_integer(out, body_of(response).size());
    out += "\r\n";
    for (const auto& [name, value] : response.headers) append_field(out, name, value);
    switch (style.connection) {
        case AnswerStyle::Connection::kUnsaid:
            break;
        case AnswerStyle::Connection::kKeepAlive:
            out += "Connection: keep-alive\r\n";
            break;
        case AnswerStyle::Connection::kClose:
            out += "Connection: close\r\n";
            break;
    }
    out += "\r\n";
}

bool has_body(const Response& response, AnswerStyle style) {
    return !style.head_only && !body_of(response).empty();
}

std::string http_date(std::time_t time) {
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    gmtime_r(&time, &utc);
    // strftime() alone would spell the names in the locale's language.
    char rest[32];
    const std::size_t size = std::strftime(rest, sizeof rest, " %Y %H:%M:%S GMT", &utc);
    char day[8];
    const std::size_t day_size = std::strftime(day, sizeof day, "%d", &utc);
    return std::string(kDays[utc.tm_wday]) + ", " + std::string(day, day_size) + " " +
           kMonths[utc.tm_mon] + std::string(rest, size);
}

}  // namespace boxkited::http
