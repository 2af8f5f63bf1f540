#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace load {

struct ScannedAnswer {
    std::size_t size;  // Of head and body.
    int status;
};

// The HTTP/1.1 answer that `bytes` begin with; none while it is not whole. Knows Content-Length,
// chunks without trailers, and answers without a body. Throws std::runtime_error at what is no
// answer.
std::optional<ScannedAnswer> scan_answer(std::string_view bytes);

}  // namespace load
