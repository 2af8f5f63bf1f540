#include "requests.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace load {
namespace {

std::vector<std::string> lines_of(const std::string& file) {
    std::ifstream input(file);
    std::vector<std::string> lines;
    for (std::string line; std::getline(input, line);) lines.push_back(line);
    if (lines.empty()) throw std::runtime_error(file + ": no events");
    return lines;
}

std::string joined(const std::string* begin, std::size_t count, bool as_array) {
    std::string body;
    for (const std::string* line = begin; line != begin + count; ++line) {
        if (as_array) body += line == begin ? '[' : ',';
        body += *line;
        if (!as_array) body += '\n';
    }
    if (as_array) body += ']';
    return body;
}

std::vector<std::string> bodies_of(const RequestForm& form) {
    if (form.bodies.empty()) return {""};
    std::vector<std::string> lines = lines_of(form.bodies);
    if (form.events == 1 && !form.as_array) return lines;
    std::vector<std::string> bodies;
    for (std::size_t at = 0; at + form.events <= lines.size(); at += form.events)
        bodies.push_back(joined(&lines[at], form.events, form.as_array));
    if (bodies.empty()) throw std::runtime_error(form.bodies + ": too few events for one body");
    return bodies;
}

}  // namespace

Requests::Run Requests::take(std::size_t& next, std::size_t count) const {
    if (next >= ends_.size()) next = 0;
    const std::size_t first = next;
    next = std::min(first + count, ends_.size());
    const std::size_t begin = first == 0 ? 0 : ends_[first - 1];
    return {std::string_view(bytes_).substr(begin, ends_[next - 1] - begin), next - first};
}

Requests http_requests(const RequestForm& form) {
    std::string head = form.method + " " + form.path + " HTTP/1.1\r\nHost: " + form.host + "\r\n";
    if (!form.content_type.empty()) head += "Content-Type: " + form.content_type + "\r\n";
    if (!form.accept_encoding.empty()) head += "Accept-Encoding: " + form.accept_encoding + "\r\n";
    Requests requests;
    for (const std::string& body : bodies_of(form)) {
        const std::string length =
            form.bodies.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
        requests.add(head + length + "\r\n" + body);
    }
    return requests;
}

Requests plain_lines(const std::string& file) {
    Requests lines;
    for (const std::string& line : lines_of(file)) lines.add(line + "\n");
    return lines;
}

}  // namespace load
