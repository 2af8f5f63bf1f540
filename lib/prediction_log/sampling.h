#pragma once

#include <cstdint>
#include <string_view>

#include "event/prediction_event.h"

namespace boxkited {

// Where a prediction id lies among all ids: FNV-1a of its bytes, mixed as MurmurHash3 ends. Part
// of the interface: who knows ids can tell which of them are in a sample.
std::uint64_t sampling_hash(std::string_view id);

// Chooses a share of events by their ids: those whose hash is below this share of all hashes, so
// that a smaller sample is a part of a larger one.
//
// Threads: immutable.
class Sampling {
public:
    // `share` is from 0 to 1.
    explicit Sampling(double share);

    bool takes(std::string_view id) const { return takes_all_ || sampling_hash(id) < below_; }

private:
    bool takes_all_;
    std::uint64_t below_;
};

// Whether the event is one that no sample leaves out: its output was sent as null, NaN or an
// infinity, or its metadata has a member `error` that is neither null nor false.
bool is_error(const PredictionEvent& event);

}  // namespace boxkited
