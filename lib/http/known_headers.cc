#include "http/known_headers.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace boxkited::http {

namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

// `part` as it lies in `from`, at the same place in `to`.
std::string_view moved(std::string_view part, std::string_view from, std::string_view to) {
    if (part.empty()) return {};
    return to.substr(static_cast<std::size_t>(part.data() - from.data()), part.size());
}

}  // namespace

// Eight bytes at a time, each with a factor of its own, so that none waits for another; the last
// eight whether or not they overlap, since lengths stand at the end. Neither spread nor collisions
// change an answer: whoever is found is compared whole.
std::size_t KnownHeaders::place_of(std::string_view bytes) {
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
    std::uint64_t hash = bytes.size();
    const auto mix = [&](std::size_t at) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, kWord);
        hash += word * (kOdd + 2 * at);
    };
    for (std::size_t at = 0; at + kWord <= bytes.size(); at += kWord) mix(at);
    if (bytes.size() >= kWord) mix(bytes.size() - kWord);
    return (hash ^ hash >> 32) * kOdd >> 32 & (kHeaders - 1);
}

const KnownHeaders::Known* KnownHeaders::find(std::string_view bytes) {
    // Headers of one client are mostly as long as the last one.
    if (bytes.size() >= last_size_ && bytes.substr(0, last_size_).ends_with(kEnd))
        if (const Known* const known = at_place_of(bytes.substr(0, last_size_))) return known;
    const std::size_t end = bytes.substr(0, kLongest).find(kEnd);
    if (end == bytes.npos) return nullptr;
    last_size_ = end + kEnd.size();
    return at_place_of(bytes.substr(0, last_size_));
}

const KnownHeaders::Known* KnownHeaders::at_place_of(std::string_view header) const {
    const Known& known = known_[place_of(header)];
    return known.bytes == header ? &known : nullptr;
}

void KnownHeaders::remember(std::string_view bytes, const Header& header) {
    if (bytes.size() > kLongest) return;
    Known& known = known_[place_of(bytes)];
    known.bytes.assign(bytes);
    known.header = header;
    for (std::string_view Header::*const part :
         {&Header::method, &Header::path, &Header::query, &Header::host, &Header::content_type,
          &Header::accept, &Header::accept_encoding, &Header::if_none_match, &Header::origin,
          &Header::authorization}) {
        known.header.*part = moved(header.*part, bytes, known.bytes);
    }
}

}  // namespace boxkited::http
