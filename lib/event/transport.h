#pragma once

#include <array>
#include <string_view>

namespace boxkited {

// The way an event came. The labels are the listener kinds of the configuration and the values
// of the `transport` label.
enum class Transport { kHttp, kHttpUnix, kNdjsonUnix };

inline constexpr std::array kTransports{Transport::kHttp, Transport::kHttpUnix,
                                        Transport::kNdjsonUnix};

constexpr std::string_view label(Transport transport) {
    switch (transport) {
        case Transport::kHttp:
            return "http";
        case Transport::kHttpUnix:
            return "http_unix";
        case Transport::kNdjsonUnix:
            break;
    }
    return "ndjson_unix";
}

}  // namespace boxkited
