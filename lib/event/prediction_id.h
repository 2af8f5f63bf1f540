#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace boxkited {

// Makes prediction ids: `{server_id}/{YYYY-MM-DDTHH:MM:SS}/{uuid4}`.
//
// Threads: one at a time; ids of any number of makers differ.
class PredictionIdMaker {
public:
    // `server_id` is a safe name (identity.h), so that an id never needs escaping in JSON.
    explicit PredictionIdMaker(std::string_view server_id);

    // Holds until the next call.
    std::string_view make(WallTime time);
    // The uuid that ends the last one; empty before the first.
    std::string_view entity() const;

private:
    void append_uuid();

    std::size_t prefix_;    // How much of text_ stays the same,
    std::size_t uuid_ = 0;  // and how much of it within a second; 0 before the first.
    std::chrono::sys_seconds second_{};
    std::string text_;
    // Random bytes are asked of the kernel for many ids at a time.
    std::array<unsigned char, 4096> random_{};
    std::size_t random_used_ = sizeof random_;
};

// The uuid that ends an id, behind a `/` or as all of it; empty when there is none.
std::string_view entity_of(std::string_view id);

}  // namespace boxkited
