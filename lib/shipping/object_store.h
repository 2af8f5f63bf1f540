#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "shipping/credentials.h"
#include "shipping/http_client.h"
#include "shipping/object_body.h"
#include "shipping/ship_error.h"
#include "shipping/ship_options.h"

namespace boxkited {

// The largest object that one request can make.
inline constexpr std::uint64_t kMostObjectBytes = 5ULL << 30;

// What is known of an object's bytes before they are sent.
struct ObjectFacts {
    std::uint64_t bytes = 0;
    std::string sha256;
    std::string md5;
    std::string lines_sha256;  // Of the file that it is made of.
};

// What the store says of an object that it has.
struct StoredObject {
    std::uint64_t bytes = 0;
    std::string md5;           // Empty: the store's ETag is none.
    std::string lines_sha256;  // Empty: something else made it.

    bool is_of_same_lines(const ObjectFacts& facts) const {
        return lines_sha256 == facts.lines_sha256;
    }
    bool is_whole(const ObjectFacts& facts) const {
        return is_of_same_lines(facts) && bytes == facts.bytes && (md5.empty() || md5 == facts.md5);
    }
};

// A bucket of an S3-compatible store. Every request is signed (Signature Version 4), and a body's
// checksum is signed with it, so that what arrives damaged is refused.
//
// Threads: one at a time.
class ObjectStore {
public:
    ObjectStore(const ShipOptions& options, CredentialsSource& credentials, HttpClient& http,
                const Clock& clock);

    Result<std::optional<StoredObject>, ShipError> find(std::string_view key);
    Result<void, ShipError> put(std::string_view key, ObjectBody& body, const ObjectFacts& facts);

private:
    Result<HttpAnswer, ShipError> perform(HttpRequest request, const std::string& payload_sha256);
    ShipError refusal(std::string_view method, std::string_view url,
                      const HttpAnswer& answer) const;

    const ShipOptions& options_;
    CredentialsSource& credentials_;
    HttpClient& http_;
    const Clock& clock_;
};

// The text between <name> and </name>, on one line and cut; empty when there is none.
std::string xml_text(std::string_view xml, std::string_view name);

}  // namespace boxkited
