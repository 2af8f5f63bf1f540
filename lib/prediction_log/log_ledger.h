#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>

#include "event/transport.h"

namespace boxkited {

// Where each accepted event is. At every moment
//   sum of accepted = written + queued + lost + unlogged.
struct LogLedger {
    std::array<std::uint64_t, kTransports.size()> accepted{};
    std::uint64_t written = 0;   // In a file: its write() has returned.
    std::uint64_t queued = 0;    // In memory, taken by the writer or not.
    std::uint64_t lost = 0;      // Given up at the end of the process.
    std::uint64_t unlogged = 0;  // The log is off, or the event was sampled out.

    std::uint64_t values_omitted = 0;  // Of features, by the shape that the log pins.

    std::uint64_t queue_bytes = 0;  // Of lines waiting to be written or synced.
    std::uint64_t queue_capacity_bytes = 0;
    std::uint64_t written_bytes = 0;
    std::uint64_t torn_bytes = 0;  // Cut from files at start.
    std::uint64_t open_partitions = 0;
    // Deleted by the retention while files are shipped, and this one was not.
    std::uint64_t unshipped_deleted = 0;
    std::map<std::string_view, std::uint64_t> errors;  // By IoError::operation.
};

}  // namespace boxkited
