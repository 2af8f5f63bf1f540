#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace load {

// What is sent again and again: requests or lines, one behind the other in memory, so that a run
// of them is sent by one call without being copied.
class Requests {
public:
    struct Run {
        std::string_view bytes;
        std::size_t count;
    };

    void add(std::string_view bytes) {
        bytes_ += bytes;
        ends_.push_back(bytes_.size());
    }
    std::size_t size() const { return ends_.size(); }

    // `count` of them, beginning with the one that `next` is the number of, and moves `next` on.
    // Fewer when the end is near.
    Run take(std::size_t& next, std::size_t count) const;

private:
    std::string bytes_;
    std::vector<std::size_t> ends_;
};

// How bodies are made of a file with one event a line, and sent.
struct RequestForm {
    std::string method = "POST";
    std::string path;
    std::string host = "localhost";
    std::string content_type;
    std::string accept_encoding;
    std::string bodies;      // The file; empty: requests have none.
    std::size_t events = 1;  // In each body.
    bool as_array = false;   // A JSON array of them, rather than lines.
};

// Throw std::runtime_error when the file cannot be read, or is too short for one body.
Requests http_requests(const RequestForm& form);
Requests plain_lines(const std::string& file);

}  // namespace load
