// A body as one event, as lines and as an array. What is taken makes one line of strict JSON; what
// is refused as no JSON is none for another parser either; one event and a line of it agree.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "event/event_decoder.h"
#include "fuzz/fuzz.h"
#include "prediction_log/log_line.h"

namespace {

using namespace boxkited;

constexpr std::size_t kDepth = 32;

void check_line_of(const PredictionEvent& event) {
    std::string line;
    append_log_line(line, event, "id", "", "server", {}, {});
    REQUIRE_FUZZ(line.ends_with('\n') && std::count(line.begin(), line.end(), '\n') == 1);
    REQUIRE_FUZZ(std::none_of(line.begin(), line.end() - 1,
                              [](char c) { return static_cast<unsigned char>(c) < ' '; }));
    // Numbers beyond a double are logged as they were sent, which this parser does not read.
    try {
        REQUIRE_FUZZ(nlohmann::json::parse(line).is_object());
    } catch (const nlohmann::json::out_of_range&) {
    } catch (const nlohmann::json::parse_error&) {
        REQUIRE_FUZZ(false);
    }
}

bool may_be_read_otherwise(std::string_view text) {
    const bool has_literal = text.find("NaN") != text.npos || text.find("Infinity") != text.npos;
    // A NUL ends the text for it.
    const bool has_nul = text.find('\0') != text.npos;
    return has_literal || has_nul || text.starts_with("\xEF\xBB\xBF");
}

bool decode_event(std::string_view text) {
    EventDecoder decoder(kDepth);
    decoder.begin_event(text);
    const auto event = decoder.next();
    REQUIRE_FUZZ(event.has_value());
    if (*event) {
        check_line_of(***event);
    } else if (event->error().reason == Refusal::Reason::kNotJson && !may_be_read_otherwise(text)) {
        REQUIRE_FUZZ(!nlohmann::json::accept(text));
    }
    REQUIRE_FUZZ(!decoder.next());
    return event->has_value();
}

void decode_lines(std::string_view text, bool is_good_event) {
    EventDecoder decoder(kDepth);
    decoder.begin_lines(text);
    std::size_t events = 0;
    std::size_t good = 0;
    while (const auto event = decoder.next()) {
        ++events;
        good += event->has_value() ? 1 : 0;
        if (*event) check_line_of(***event);
    }
    REQUIRE_FUZZ(events <=
                 static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
    const bool is_one_line = text.find('\n') == text.npos;
    if (is_one_line && is_good_event) REQUIRE_FUZZ(events == 1 && good == 1);
}

void decode_array(std::string_view text) {
    EventDecoder decoder(kDepth);
    if (!decoder.begin_array(text)) return;
    while (const auto event = decoder.next())
        if (*event) check_line_of(***event);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Padded input(data, size);
    decode_lines(input.text(), decode_event(input.text()));
    decode_array(input.text());
    return 0;
}
