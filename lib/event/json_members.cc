#include "event/json_members.h"

namespace boxkited {

namespace {

bool has_members(std::string_view json) {
    return json.size() > 2 && (json.front() == '{' || json.front() == '[');
}

}  // namespace

JsonMembers::JsonMembers(std::string_view json)
    : json_(json), is_object_(json.starts_with('{')), at_(has_members(json) ? 1 : json.size()) {}

bool JsonMembers::next() {
    if (at_ >= json_.size()) return false;
    if (is_object_) {
        const std::size_t end = string_end(at_);
        name_ = json_.substr(at_ + 1, end - at_ - 2);
        at_ = end + 1;  // Over the colon.
    }
    const std::size_t end = value_end(at_);
    value_ = json_.substr(at_, end - at_);
    at_ = json_[end] == ',' ? end + 1 : json_.size();
    return true;
}

// Behind the closing quote of the string that begins at `at`.
std::size_t JsonMembers::string_end(std::size_t at) const {
    for (++at; json_[at] != '"'; ++at)
        if (json_[at] == '\\') ++at;
    return at + 1;
}

// Where the comma or bracket stands that is not part of the value.
std::size_t JsonMembers::value_end(std::size_t at) const {
    for (std::size_t depth = 0;;) {
        const char c = json_[at];
        if (c == '"') {
            at = string_end(at);
            continue;
        }
        if (depth == 0 && (c == ',' || c == ']' || c == '}')) return at;
        if (c == '[' || c == '{') ++depth;
        if (c == ']' || c == '}') --depth;
        ++at;
    }
}

}  // namespace boxkited
