#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/option_value.h"
#include "http/server.h"

namespace boxkited {

// Reads a JSON array of listeners, each an object with one of `http`, `http_unix`, `ndjson_unix`:
//
//   [{"http": "127.0.0.1:9810", "serves": ["metrics"]}, {"http_unix": "/run/x.sock"}]
//
// beside which stand who may use it and how: `mode`, `tls`, `token_file`, `token_env`.
//
// Without `serves`, http serves all groups and http_unix serves predictions. The addresses differ
// from each other.
Result<std::vector<http::ListenerOptions>, ValueError> read_listeners(std::string_view json);

// The same on one line, with nothing left to defaults.
std::string print_listeners(const std::vector<http::ListenerOptions>& listeners);

// Whether other hosts may reach it.
bool is_open_to_others(const http::ListenerOptions& listener);

}  // namespace boxkited
