#include "event/identity.h"

#include <algorithm>

namespace boxkited {

bool is_safe_name(std::string_view text) {
    const auto is_safe = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= 100 && text != "." && text != ".." &&
           std::all_of(text.begin(), text.end(), is_safe);
}

}  // namespace boxkited
