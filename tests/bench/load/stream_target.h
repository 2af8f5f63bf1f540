#pragma once

#include <string>

#include "base/unique_fd.h"
#include "requests.h"

namespace load {

struct SentLines {
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
    double seconds = 0;
};

// A listener that takes one event a line and answers nothing. Whether it took them, or dropped
// them for want of room, is for its own counters to say.
class StreamTarget {
public:
    // Sends the lines of the file again and again.
    StreamTarget(const std::string& address, const std::string& file);

    // Sends whole lines for so long, as fast as the socket takes them, but stops after `most`
    // bytes; 0: no bound. Throws std::runtime_error when the server closes it.
    SentLines run(double seconds, std::uint64_t most);

private:
    void send_all(std::string_view bytes);

    Requests lines_;
    boxkited::UniqueFd socket_;
    std::size_t next_ = 0;
};

}  // namespace load
