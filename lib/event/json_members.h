#pragma once

#include <cstddef>
#include <string_view>

namespace boxkited {

// Walks over the values right below the brackets of a JSON array or object.
//
//   JsonMembers members(R"({"a":[1,2],"b":null})");
//   while (members.next()) use(members.name(), members.value());  // a [1,2], then b null
//
// The text is what a PredictionEvent holds: good JSON without insignificant whitespace. Anything
// but an array or object has no members.
//
// Threads: one at a time.
class JsonMembers {
public:
    explicit JsonMembers(std::string_view json);

    bool next();
    // The inside of a JSON string, as it stands in the text; empty in an array.
    std::string_view name() const { return name_; }
    std::string_view value() const { return value_; }

private:
    std::size_t string_end(std::size_t at) const;
    std::size_t value_end(std::size_t at) const;

    const std::string_view json_;
    const bool is_object_;
    std::size_t at_;  // Where the next member begins; the size of the text behind the last.
    std::string_view name_;
    std::string_view value_;
};

}  // namespace boxkited
