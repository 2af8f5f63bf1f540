#pragma once

#include <cstddef>

namespace boxkited {

// What one request may ask of the decoder.
struct IngestLimits {
    // Brackets within brackets; the event itself is the first.
    std::size_t json_depth = 128;

    // Events of one array or of one NDJSON body.
    std::size_t batch_events = 10'000;
};

}  // namespace boxkited
