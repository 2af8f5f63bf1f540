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

// Eight bytes at a time, the last eight whether or not they overlap: lengths stand at the end.
// Neither spread nor collisions change an answer: whoever is found is compared whole.
std::size_t KnownHeaders::place_of(std::string_view bytes) {
    std::uint64_t hash = bytes.size();
    const auto mix = [&](std::size_t at) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, sizeof word);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15;
        hash ^= hash >> 32;
    };
    constexpr std::size_t kWord = sizeof hash;
    for (std::size_t at = 0; at + kWord <= bytes.size(); at += kWord) mix(at);
    if (bytes.size() >= kWord) mix(bytes.size() - kWord);
    return hash % kHeaders;
}

const KnownHeaders::Known* KnownHeaders::find(std::string_view bytes) const {
    const std::size_t end = bytes.substr(0, kLongest).find(kEnd);
    if (end == bytes.npos) return nullptr;
    const std::string_view header = bytes.substr(0, end + kEnd.size());
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
          &Header::accept, &Header::accept_encoding, &Header::origin}) {
        known.header.*part = moved(header.*part, bytes, known.bytes);
    }
}

}  // namespace boxkited::http
