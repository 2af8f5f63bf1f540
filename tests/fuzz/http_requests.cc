// The bytes of a connection: in one piece and in two they are the same requests, and behind one
// that is refused none is read. The first byte says where the pieces part.
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "http/request_stream.h"

namespace {

using namespace boxkited;
using Step = http::RequestStream::Step;

// As the daemon's, but small enough to be met.
const http::GateLimits kLimits{.header_bytes = 512, .header_count = 10, .body_bytes = 1024};

// What is told of each request.
std::vector<std::string> read(const std::vector<std::string_view>& pieces) {
    http::KnownHeaders known;
    http::RequestStream stream(kLimits, known);
    std::vector<std::string> told;
    std::string bytes;
    for (const std::string_view piece : pieces) {
        bytes += piece;
        for (;;) {
            const Step step = stream.next(bytes);
            REQUIRE_FUZZ(stream.taken() <= bytes.size());
            if (step == Step::kRequest) {
                const http::Header& header = stream.header();
                std::string request(header.method);
                for (const std::string_view part : {header.path, header.query, stream.body()})
                    request.append("|").append(part);
                told.push_back(std::move(request));
                REQUIRE_FUZZ(stream.body().size() <= kLimits.body_bytes);
            }
            if (step == Step::kRefused) {
                REQUIRE_FUZZ(stream.refusal().status >= 400);
                return told;
            }
            const std::size_t taken = stream.taken();
            if (step == Step::kRequest) stream.done();
            bytes.erase(0, taken);
            if (step == Step::kNeedsMore || bytes.empty()) break;
        }
    }
    return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t cut = bytes.empty() ? 0 : data[0] % bytes.size();
    // Of a request that is not all there, one may be refused before the other: both will be.
    REQUIRE_FUZZ(read({bytes}) == read({bytes.substr(0, cut), bytes.substr(cut)}));
    return 0;
}
