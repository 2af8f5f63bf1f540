#include "http/answer.h"

#include "base/text_appender.h"

namespace boxkited::http {

namespace {

std::string_view reason(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 202:
            return "Accepted";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
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

constexpr std::string_view kColon = ": ";
constexpr std::string_view kLineEnd = "\r\n";

// More than all of a head that is not counted one by one.
constexpr std::size_t kFrameBytes = 160;

std::string_view connection_field(AnswerStyle::Connection connection) {
    switch (connection) {
        case AnswerStyle::Connection::kUnsaid:
            return "";
        case AnswerStyle::Connection::kKeepAlive:
            return "Connection: keep-alive\r\n";
        case AnswerStyle::Connection::kClose:
            break;
    }
    return "Connection: close\r\n";
}

}  // namespace

void append_answer_head(std::string& out, const Response& response, std::string_view date,
                        AnswerStyle style) {
    std::size_t most = kFrameBytes + date.size() + response.content_type.size();
    for (const auto& [name, value] : response.headers)
        most += name.size() + kColon.size() + value.size() + kLineEnd.size();

    TextAppender head(out, most);
    head.put("HTTP/1.1 ");
    head.put_integer(static_cast<std::uint64_t>(response.status));
    head.put(" ");
    head.put(reason(response.status));
    head.put("\r\nDate: ");
    head.put(date);
    head.put("\r\nContent-Type: ");
    head.put(response.content_type);
    head.put("\r\nContent-Length: ");
    head.put_integer(body_of(response).size());
    head.put(kLineEnd);
    for (const auto& [name, value] : response.headers) {
        head.put(name);
        head.put(kColon);
        head.put(value);
        head.put(kLineEnd);
    }
    head.put(connection_field(style.connection));
    head.put(kLineEnd);
}

bool has_body(const Response& response, AnswerStyle style) {
    return !style.head_only && response.status != 304 && !body_of(response).empty();
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
