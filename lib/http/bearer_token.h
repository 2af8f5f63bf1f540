#pragma once

#include <array>
#include <string_view>

namespace boxkited::http {

// A secret that whoever sends it may come in with, as far as it must be known to be recognized:
// its digest. It cannot be printed, since it is not here.
//
// Threads: immutable; any.
class BearerToken {
public:
    explicit BearerToken(std::string_view secret);

    // Takes the same time wherever two tokens differ, and however long they are.
    friend bool operator==(const BearerToken& a, const BearerToken& b);

private:
    std::array<unsigned char, 32> digest_;
};

// What stands behind "Bearer " in the value of an Authorization field; empty when it is of another
// kind.
std::string_view bearer_of(std::string_view authorization);

}  // namespace boxkited::http
