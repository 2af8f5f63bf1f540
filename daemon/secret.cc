#include "daemon/secret.h"

#include <algorithm>

#include "base/ascii_text.h"
#include "base/json_text.h"
#include "base/regular_file.h"

namespace boxkited {

namespace {

constexpr std::size_t kShortest = 16;
constexpr std::size_t kLongest = 4096;

using Text = Result<std::string, std::string>;

Text read_file(const std::string& where, const std::string& path) {
    auto text = read_regular_file(path, 2 * kLongest);
    if (!text) return Failure{where + ": " + to_string(text.error())};
    return *std::move(text);
}

Text read_variable(const std::string& where, const std::string& name,
                   const Environment& environment) {
    const auto variable = environment.variables.find(name);
    if (variable == environment.variables.end())
        return Failure{where + ": there is no such environment variable"};
    return variable->second;
}

}  // namespace

Text load_secret(const SecretPlace& place, const Environment& environment) {
    const bool is_file = !place.file.empty();
    const std::string what(place.what);
    const std::string where =
        is_file ? what + "_file: " + printable(place.file) : what + "_env: " + place.variable;
    const auto text =
        is_file ? read_file(where, place.file) : read_variable(where, place.variable, environment);
    if (!text) return text;

    // Editors and `echo` end a file with a line end, which is not meant.
    const std::string_view secret = trimmed(*text, " \t\r\n");
    const auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
    if (secret.size() < kShortest || secret.size() > kLongest ||
        !std::all_of(secret.begin(), secret.end(), is_visible))
        return Failure{where + ": expected a " + what + " of " + std::to_string(kShortest) +
                       " to " + std::to_string(kLongest) + " visible ASCII characters"};
    return std::string(secret);
}

}  // namespace boxkited
