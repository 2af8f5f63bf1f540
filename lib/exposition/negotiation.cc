#include "exposition/negotiation.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/ascii_text.h"

namespace boxkited {

namespace {

// Takes what stands before the next `separator` outside quotes off `rest`, and the separator.
std::string_view take_until(std::string_view& rest, char separator) {
    bool in_quotes = false;
    std::size_t at = 0;
    for (; at < rest.size() && (in_quotes || rest[at] != separator); ++at) {
        if (rest[at] == '"') in_quotes = !in_quotes;
        if (rest[at] == '\\' && in_quotes) ++at;
    }
    const auto taken = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return trimmed(taken);
}

// One entry of an Accept or Accept-Encoding header.
struct Entry {
    std::string_view name;
    std::string_view version;  // Empty when it has none.
    double q = 1;              // 0 when it cannot be read.
};

double read_quality(std::string_view text) {
    double q = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), q, std::chars_format::fixed);
    const bool good = error == std::errc() && end == text.data() + text.size();
    return good && q >= 0 && q <= 1 ? q : 0;
}

std::string_view without_quotes(std::string_view text) {
    const bool is_quoted = text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
    return is_quoted ? text.substr(1, text.size() - 2) : text;
}

Entry read_entry(std::string_view text) {
    Entry entry;
    entry.name = take_until(text, ';');
    while (!text.empty()) {
        std::string_view value = take_until(text, ';');
        const auto name = take_until(value, '=');
        if (equals_ignoring_case(name, "q")) entry.q = read_quality(trimmed(value));
        if (equals_ignoring_case(name, "version")) entry.version = without_quotes(trimmed(value));
    }
    return entry;
}

// The format that an entry asks for, if we have it. Prometheus 3 asks for text 1.0.0 too, which
// differs from 0.0.4 only in names that we never use.
std::optional<TextFormat> format_of(const Entry& entry) {
    if (equals_ignoring_case(entry.name, "application/openmetrics-text"))
        return entry.version.empty() || entry.version == "1.0.0"
                   ? std::optional(TextFormat::kOpenMetrics100)
                   : std::nullopt;
    for (const std::string_view text : {"text/plain", "text/*", "*/*"})
        if (equals_ignoring_case(entry.name, text)) return TextFormat::kPrometheus004;
    return std::nullopt;
}

}  // namespace

TextFormat negotiate(std::string_view accept) {
    TextFormat best = TextFormat::kPrometheus004;
    double best_q = 0;
    while (!accept.empty()) {
        const Entry entry = read_entry(take_until(accept, ','));
        const auto format = format_of(entry);
        if (!format || entry.q <= best_q) continue;
        best = *format;
        best_q = entry.q;
    }
    return best;
}

std::string_view content_type(TextFormat format) {
    return format == TextFormat::kOpenMetrics100
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

void append_end(std::string& out, TextFormat format) {
    if (format == TextFormat::kOpenMetrics100) out += "# EOF\n";
}

bool accepts_gzip(std::string_view accept_encoding) {
    std::optional<bool> gzip;
    bool others = false;
    while (!accept_encoding.empty()) {
        const Entry entry = read_entry(take_until(accept_encoding, ','));
        const bool taken = entry.q > 0;
        if (equals_ignoring_case(entry.name, "gzip") || equals_ignoring_case(entry.name, "x-gzip"))
            gzip = gzip.value_or(false) || taken;
        if (entry.name == "*") others = taken;
    }
    return gzip.value_or(others);
}

}  // namespace boxkited
