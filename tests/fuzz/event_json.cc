// A body as one event, as lines and as an array. What is taken makes one line of strict JSON; a
// verdict on the syntax is that of another parser, wherever both read the same language; and an
// event has one verdict, whether it comes alone, as a line, or in an array.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/event_decoder.h"
#include "fuzz/fuzz.h"
#include "prediction_log/log_line.h"

namespace {

using namespace boxkited;
using Verdicts = std::vector<std::string>;

constexpr std::size_t kDepth = 32;

// The other parser's word; none where it has none: numbers beyond a double end its reading, and we
// log them as they were sent.
std::optional<bool> is_json_elsewhere(std::string_view text) {
    if (nlohmann::json::accept(text)) return true;
    try {
        return nlohmann::json::parse(text).is_discarded();
    } catch (const nlohmann::json::out_of_range&) {
        return std::nullopt;
    } catch (const nlohmann::json::parse_error&) {
        return false;
    }
}

// NaN and infinities are our extension; a NUL ends the text for the other, and it skips a byte
// order mark.
bool is_of_one_language(std::string_view text) {
    return text.find("NaN") == text.npos && text.find("Infinity") == text.npos &&
           text.find('\0') == text.npos && !text.starts_with("\xEF\xBB\xBF");
}

void check_syntax(std::string_view text, bool is_refused_as_json, bool is_taken) {
    if (!is_of_one_language(text)) return;
    const auto elsewhere = is_json_elsewhere(text);
    if (is_refused_as_json) REQUIRE_FUZZ(elsewhere != true);
    if (is_taken) REQUIRE_FUZZ(elsewhere != false);
}

std::string log_line_of(const PredictionEvent& event) {
    std::string line;
    append_log_line(line, event, event.id_json.empty() ? "id" : event.id_json, "", "server",
                    event.time.value_or(WallTime()), {});
    REQUIRE_FUZZ(line.ends_with('\n') && std::count(line.begin(), line.end(), '\n') == 1);
    REQUIRE_FUZZ(std::none_of(line.begin(), line.end() - 1,
                              [](char c) { return static_cast<unsigned char>(c) < ' '; }));
    REQUIRE_FUZZ(line.starts_with("{") && is_json_elsewhere(line) != false);
    return line;
}

// One for all, as a connection has it: nothing may be left of an earlier input.
EventDecoder& decoder() {
    static EventDecoder decoder(kDepth);
    return decoder;
}

// Of each event the line that the log gets, or the reason of its refusal.
Verdicts rest_of_verdicts() {
    Verdicts verdicts;
    while (const auto event = decoder().next())
        verdicts.emplace_back(*event ? log_line_of(***event) : label(event->error().reason));
    return verdicts;
}

std::string decode_event(std::string_view text) {
    decoder().begin_event(text);
    const Verdicts verdicts = rest_of_verdicts();
    REQUIRE_FUZZ(verdicts.size() == 1);
    check_syntax(text, verdicts[0] == label(Refusal::Reason::kNotJson),
                 verdicts[0].starts_with('{'));
    return verdicts[0];
}

// Nothing when it is refused whole.
std::optional<Verdicts> decode_array(std::string_view text) {
    const auto begun = decoder().begin_array(text);
    check_syntax(text, !begun, begun.has_value());
    if (!begun) return std::nullopt;
    return rest_of_verdicts();
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        if (line.find_first_not_of(" \t\r") != line.npos) lines.push_back(line);
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return lines;
}

void decode_lines(std::string_view text) {
    Verdicts alone;
    Verdicts of_elements;
    std::string array;
    for (const std::string_view line : lines_of(text)) {
        alone.push_back(decode_event(line));
        if (!is_of_one_language(line) || is_json_elsewhere(line) != true) continue;
        of_elements.push_back(alone.back());
        array.append(array.empty() ? "[" : ",").append(line);
    }
    decoder().begin_lines(text);
    REQUIRE_FUZZ(rest_of_verdicts() == alone);
    if (array.empty()) return;
    array += ']';
    const fuzz::Padded padded(reinterpret_cast<const std::uint8_t*>(array.data()), array.size());
    REQUIRE_FUZZ(decode_array(padded.text()) == of_elements);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::Padded input(data, size);
    const std::string_view text = input.text();
    if (text.find('\n') != text.npos) decode_event(text);  // Else it is its only line.
    decode_lines(text);
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first != text.npos && text[first] == '[') decode_array(text);
    return 0;
}
