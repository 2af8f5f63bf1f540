#pragma once

#include <string>
#include <string_view>

#include "shipping/ship_options.h"

namespace boxkited {

// What stands in requests to the store, and what of it can be configured.
//
// Threads: any.

// "https://host", "http://host:9000": a scheme, a host and perhaps a port, and nothing else.
bool is_endpoint(std::string_view text);
// By the rules that S3 has for names of buckets: 3 to 63 of a-z, 0-9, '.' and '-'.
bool is_bucket(std::string_view text);
// 1 to 64 of letters, digits, '-' and '_'.
bool is_region(std::string_view text);
// Empty, or names joined by '/': letters, digits, '.', '_', '-' and '=', and neither "." nor "..".
bool is_prefix(std::string_view text);

// Where the object of this key is, percent-encoded as signatures want it.
std::string object_url(const ShipOptions& options, std::string_view key);

// Whether requests go over a network that others may read: plain HTTP to another machine.
bool is_readable_by_others(std::string_view endpoint);

}  // namespace boxkited
