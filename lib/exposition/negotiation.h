#pragma once

#include <string>
#include <string_view>

namespace boxkited {

enum class TextFormat { kPrometheus004, kOpenMetrics100 };

// The format that a scraper with this Accept header gets: the first one of the best `q`, and text
// 0.0.4 when it names none that we have. A wildcard stands for text 0.0.4.
//
// Threads: any.
TextFormat negotiate(std::string_view accept);

std::string_view content_type(TextFormat format);

// What stands behind the last family: `# EOF` in OpenMetrics.
void append_end(std::string& out, TextFormat format);

// Whether an Accept-Encoding header takes gzip.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace boxkited
