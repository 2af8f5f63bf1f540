#include "exposition/name_filter.h"

#include <optional>

#include "base/ascii_text.h"

namespace boxkited {

namespace {

std::optional<int> hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

// A percent sign without two hex digits behind it stands for itself.
std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto high =
            text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
        const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
        if (low) {
            out += static_cast<char>(*high * 16 + *low);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

std::string_view without_total(std::string_view name) {
    constexpr std::string_view kTotal = "_total";
    if (name.ends_with(kTotal)) name.remove_suffix(kTotal.size());
    return name;
}

}  // namespace

NameFilter::NameFilter(std::string_view query) {
    while (!query.empty()) {
        const std::string_view parameter = take_part(query, '&');
        const auto equals = parameter.find('=');
        if (equals == parameter.npos || decoded(parameter.substr(0, equals)) != "name[]") continue;
        add(decoded(parameter.substr(equals + 1)));
    }
}

void NameFilter::add(std::string_view name) {
    if (name.empty()) return;
    families_.emplace(without_total(name));
    for (const std::string_view suffix : {"_bucket", "_sum", "_count", "_created"})
        if (name.ends_with(suffix))
            families_.emplace(without_total(name.substr(0, name.size() - suffix.size())));
}

bool NameFilter::takes(std::string_view family) const {
    return families_.empty() || families_.contains(without_total(family));
}

}  // namespace boxkited
