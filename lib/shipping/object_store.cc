#include "shipping/object_store.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "shipping/store_url.h"

namespace boxkited {

namespace {

using Reason = ShipError::Reason;

constexpr char kNoPayload[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr char kLinesSha256[] = "x-amz-meta-boxkited-sha256";
constexpr std::chrono::minutes kMostSkew{5};
constexpr std::size_t kShownBytes = 200;

std::string header(const HttpAnswer& answer, const std::string& name) {
    const auto at = answer.headers.find(name);
    return at == answer.headers.end() ? std::string() : at->second;
}

// Of "bytes 0-0/1234" the last number.
std::uint64_t total_of_range(std::string_view text) {
    std::uint64_t bytes = 0;
    text.remove_prefix(std::min(text.rfind('/') + 1, text.size()));
    std::from_chars(text.data(), text.data() + text.size(), bytes);
    return bytes;
}

// The ETag where it is the MD5 of the bytes, which it is not when the store encrypts with keys of
// a key service or of the client.
std::string md5_of(const HttpAnswer& answer) {
    std::string etag = header(answer, "etag");
    std::erase(etag, '"');
    const bool is_hex =
        etag.size() == 32 && etag.find_first_not_of("0123456789abcdef") == etag.npos;
    const bool is_encrypted =
        header(answer, "x-amz-server-side-encryption").starts_with("aws:kms") ||
        !header(answer, "x-amz-server-side-encryption-customer-algorithm").empty();
    return is_hex && !is_encrypted ? etag : std::string();
}

bool is_busy(int status) { return status >= 500 || status == 429 || status == 408; }

}  // namespace

ObjectStore::ObjectStore(const ShipOptions& options, CredentialsSource& credentials,
                         HttpClient& http, const Clock& clock)
    : options_(options), credentials_(credentials), http_(http), clock_(clock) {}

// A GET of one byte: unlike the answer to a HEAD, a refusal of it says why.
Result<std::optional<StoredObject>, ShipError> ObjectStore::find(std::string_view key) {
    HttpRequest request;
    request.url = object_url(options_, key);
    request.range = "0-0";
    const auto answer = perform(request, kNoPayload);
    if (!answer) return Failure{answer.error()};
    if (answer->status == 404 && xml_text(answer->body, "Code") != "NoSuchBucket")
        return std::optional<StoredObject>();
    if (answer->status == 416) return std::optional(StoredObject());  // It is empty.
    if (answer->status != 206 && answer->status != 200)
        return Failure{refusal("GET", request.url, *answer)};
    return std::optional(StoredObject{total_of_range(header(*answer, "content-range")),
                                      md5_of(*answer), header(*answer, kLinesSha256)});
}

Result<void, ShipError> ObjectStore::put(std::string_view key, ObjectBody& body,
                                         const ObjectFacts& facts) {
    HttpRequest request;
    request.url = object_url(options_, key);
    request.body = &body;
    request.body_bytes = facts.bytes;
    request.bytes_per_second = options_.bytes_per_second;
    const bool is_packed = options_.compression == ShipOptions::Compression::kZstd;
    request.headers = {
        std::string("Content-Type: ") + (is_packed ? "application/zstd" : "application/x-ndjson"),
        std::string(kLinesSha256) + ": " + facts.lines_sha256};
    const auto answer = perform(request, facts.sha256);
    if (!answer) return Failure{answer.error()};
    if (answer->status != 200) return Failure{refusal("PUT", request.url, *answer)};
    return {};
}

Result<HttpAnswer, ShipError> ObjectStore::perform(HttpRequest request,
                                                   const std::string& payload_sha256) {
    const auto credentials = credentials_.get(http_);
    if (!credentials) return Failure{credentials.error()};
    // libcurl 7.88 signs this header, and does not make it.
    request.headers.push_back("x-amz-content-sha256: " + payload_sha256);
    if (!credentials->session_token.empty())
        request.headers.push_back("x-amz-security-token: " + credentials->session_token);
    request.credentials = &*credentials;
    request.region = options_.region;
    request.ca_file = options_.ca_file;
    return http_.perform(request);
}

ShipError ObjectStore::refusal(std::string_view method, std::string_view url,
                               const HttpAnswer& answer) const {
    std::string text(method);
    text.append(" ").append(url).append(": ").append(std::to_string(answer.status));
    if (const auto code = xml_text(answer.body, "Code"); !code.empty()) text.append(" " + code);
    if (const auto message = xml_text(answer.body, "Message"); !message.empty())
        text.append(": " + message);
    if (const auto location = header(answer, "location"); !location.empty())
        text.append("; it names another endpoint, " + location.substr(0, kShownBytes));
    const std::time_t its_time = curl_getdate(header(answer, "date").c_str(), nullptr);
    const auto skew = std::chrono::duration_cast<std::chrono::seconds>(
        clock_.now() - std::chrono::sys_seconds(std::chrono::seconds(its_time)));
    if (its_time >= 0 && std::chrono::abs(skew) > kMostSkew)
        text.append("; the clock of this machine is " + std::to_string(std::abs(skew.count())) +
                    (skew.count() < 0 ? " s behind the store's" : " s ahead of the store's"));
    return {is_busy(answer.status) ? Reason::kBusy : Reason::kRefused, text};
}

std::string xml_text(std::string_view xml, std::string_view name) {
    const std::string open = "<" + std::string(name) + ">";
    const auto begin = xml.find(open);
    if (begin == xml.npos) return {};
    const auto end = xml.find("</", begin);
    if (end == xml.npos) return {};
    std::string text(xml.substr(begin + open.size(), end - begin - open.size()));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, ' ');
    return text.substr(0, kShownBytes);
}

}  // namespace boxkited
