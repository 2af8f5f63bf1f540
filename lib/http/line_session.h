#pragma once

#include <string_view>

#include "http/byte_buffer.h"
#include "http/connection.h"
#include "http/server.h"

namespace boxkited::http {

// One connection of a kLinesUnix listener: lines come in, nothing goes back. The sender never
// waits longer than the LineHandler takes.
//
// Threads: the worker's alone.
class LineSession final : public Connection {
public:
    using Connection::Connection;

    void start() override;
    void on_readable() override;
    // A stream may be silent for as long as it likes.
    void sweep(TimePoint) override {}
    // Takes what the kernel has received, and ends.
    void stop() override;
    bool is_idle() const override { return false; }
    TimePoint idle_since() const override { return {}; }

private:
    void take(std::string_view bytes);
    std::string_view take_first_line(std::string_view bytes);
    void hand_on(std::string_view lines);
    void hand_on_good_ones(std::string_view lines);
    void keep(std::string_view part);
    void refuse(LineRefusal reason);
    void end();

    ByteBuffer part_;        // Of a line whose end has not come.
    bool skipping_ = false;  // Until the end of a line that was too long.
};

}  // namespace boxkited::http
