#include "answer_scan.h"

#include <strings.h>

#include <charconv>
#include <stdexcept>
#include <string>

namespace load {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

template <typename Number>
Number number_of(std::string_view text, int base = 10) {
    Number number{};
    const char* end = text.data() + text.size();
    if (std::from_chars(text.data(), end, number, base).ec != std::errc())
        throw std::runtime_error("no number in an answer: " + std::string(text));
    return number;
}

bool has_name(std::string_view line, std::string_view name) {
    return line.size() > name.size() && line[name.size()] == ':' &&
           strncasecmp(line.data(), name.data(), name.size()) == 0;
}

std::string_view value_of(std::string_view line) {
    line.remove_prefix(line.find(':') + 1);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    return line;
}

// Bytes of all chunks at the beginning, the last one included; none while it is not there.
std::optional<std::size_t> chunks_size(std::string_view bytes) {
    for (std::size_t at = 0;;) {
        const std::size_t line_end = bytes.find(kLineEnd, at);
        if (line_end == std::string_view::npos) return std::nullopt;
        const auto length = number_of<std::size_t>(bytes.substr(at, line_end - at), 16);
        at = line_end + kLineEnd.size() + length + kLineEnd.size();
        if (at > bytes.size()) return std::nullopt;
        if (length == 0) return at;
    }
}

struct Head {
    int status;
    std::size_t content_length = 0;
    bool chunked = false;
};

Head read_head(std::string_view text) {
    if (text.size() < 12 || text.substr(0, 7) != "HTTP/1.")
        throw std::runtime_error("no answer of HTTP/1: " + std::string(text.substr(0, 80)));
    Head head{number_of<int>(text.substr(9, 3))};
    for (std::size_t at = text.find(kLineEnd); at < text.size();) {
        at += kLineEnd.size();
        const std::size_t end = std::min(text.find(kLineEnd, at), text.size());
        const std::string_view line = text.substr(at, end - at);
        if (has_name(line, "content-length"))
            head.content_length = number_of<std::size_t>(value_of(line));
        else if (has_name(line, "transfer-encoding"))
            head.chunked = true;
        at = end;
    }
    return head;
}

}  // namespace

std::optional<ScannedAnswer> scan_answer(std::string_view bytes) {
    const std::size_t head_end = bytes.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return std::nullopt;
    const Head head = read_head(bytes.substr(0, head_end));
    std::size_t size = head_end + 4;
    if (head.chunked) {
        const auto chunks = chunks_size(bytes.substr(size));
        if (!chunks) return std::nullopt;
        size += *chunks;
    } else {
        size += head.content_length;
    }
    if (size > bytes.size()) return std::nullopt;
    return ScannedAnswer{size, head.status};
}

}  // namespace load
