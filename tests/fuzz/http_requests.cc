// The bytes of a connection: however they are cut they are the same requests, also when their
// headers were seen before; and behind a request that is refused none is read. The first byte says
// where the pieces part. The header of a request that comes in leaves no parser a choice of where
// it ends and how long its body is.
#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzz.h"
#include "http/request_stream.h"

namespace {

using namespace boxkited;
using Pieces = std::vector<std::string_view>;
using Step = http::RequestStream::Step;

// As the daemon's, but small enough to be met.
const http::GateLimits kLimits{.header_bytes = 512, .header_count = 10, .body_bytes = 1024};

std::size_t fields(std::string_view lines, std::string_view name) {
    std::size_t count = 0;
    for (auto end = lines.find("\r\n"); end != lines.npos; end = lines.find("\r\n")) {
        lines.remove_prefix(end + 2);
        count += std::equal(name.begin(), name.end(), lines.begin(),
                            lines.begin() +
                                static_cast<std::ptrdiff_t>(std::min(name.size(), lines.size())),
                            [](char a, char b) { return a == std::tolower(b); })
                     ? 1
                     : 0;
    }
    return count;
}

// `bytes` begin with the request.
void check_framing(std::string_view bytes, const http::RequestStream& stream) {
    const http::Header& header = stream.header();
    const auto lines = bytes.substr(0, bytes.find("\r\n\r\n") + 2);
    REQUIRE_FUZZ(lines.size() + 2 <= kLimits.header_bytes);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i] == '\r') REQUIRE_FUZZ(lines[i + 1] == '\n');
        if (lines[i] == '\n') REQUIRE_FUZZ(i > 0 && lines[i - 1] == '\r');
    }
    const auto lengths = fields(lines, "content-length:");
    const auto codings = fields(lines, "transfer-encoding:");
    REQUIRE_FUZZ(fields(lines, "host:") == 1 || header.is_http10);
    REQUIRE_FUZZ(lengths + codings <= 1 && header.chunked == (codings == 1));
    if (header.chunked) return;
    REQUIRE_FUZZ(stream.body().size() == header.content_length);
    REQUIRE_FUZZ(stream.taken() == lines.size() + 2 + stream.body().size());
    REQUIRE_FUZZ(lengths == 1 || stream.body().empty());
}

std::string told_of(const http::RequestStream& stream) {
    const http::Header& header = stream.header();
    std::string told(header.method);
    for (const std::string_view part : {header.path, header.query, stream.body()})
        told.append("|").append(part);
    return told + (header.keep_alive ? "|on" : "|close") + (header.gzip ? "|gzip" : "");
}

// What is told of each request, and of the refusal behind them.
std::vector<std::string> read(const Pieces& pieces, http::KnownHeaders& known) {
    http::RequestStream stream(kLimits, known);
    std::vector<std::string> told;
    std::string bytes;
    for (const std::string_view piece : pieces) {
        bytes += piece;
        while (!bytes.empty()) {
            const Step step = stream.next(bytes);
            if (step == Step::kRefused) {
                told.push_back(std::to_string(stream.refusal().status));
                return told;
            }
            if (step == Step::kRequest) {
                REQUIRE_FUZZ(stream.body().size() <= kLimits.body_bytes);
                if (pieces.size() == 1) check_framing(bytes, stream);
                told.push_back(told_of(stream));
            }
            const std::size_t taken = stream.taken();
            REQUIRE_FUZZ(taken <= bytes.size());
            if (step == Step::kRequest) stream.done();
            bytes.erase(0, taken);
            if (step == Step::kNeedsMore) break;
        }
    }
    return told;
}

Pieces bytes_of(std::string_view text) {
    Pieces pieces;
    for (std::size_t i = 0; i < text.size(); ++i) pieces.push_back(text.substr(i, 1));
    return pieces;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t cut = data[0] % bytes.size();
    http::KnownHeaders unknown;
    http::KnownHeaders known;
    const auto whole = read({bytes}, known);
    REQUIRE_FUZZ(read({bytes}, known) == whole);
    REQUIRE_FUZZ(read({bytes.substr(0, cut), bytes.substr(cut)}, known) == whole);
    REQUIRE_FUZZ(read(bytes_of(bytes), unknown) == whole);
    return 0;
}
