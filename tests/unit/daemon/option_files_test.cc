// The files that tell people of the options, held against the table of options. When a test fails,
// what it expected is what the file has to hold.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "daemon/option_table.h"
#include "daemon/option_value.h"
#include "unit/daemon/options_fixture.h"

using namespace boxkited;
using nlohmann::ordered_json;

namespace {

const std::string kProject = BOXKITED_GOLDEN "/../../";

std::string read(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(kProject + path).rdbuf();
    return text.str();
}

ordered_json read_config(const std::string& path) {
    auto config = ordered_json::parse(read(path), nullptr, true, true);
    config.erase("$schema");
    return config;
}

// "| `threads` | `1` | `BOXKITED_THREADS`, `--threads` | Threads that ...; ... | restart |"
std::string documentation_of(const OptionRow& row) {
    const bool ranged = std::holds_alternative<NumberKind>(row.kind) ||
                        std::holds_alternative<RealKind>(row.kind) ||
                        std::holds_alternative<TextKind>(row.kind) ||
                        std::holds_alternative<ChoiceKind>(row.kind) ||
                        std::holds_alternative<LineFieldsKind>(row.kind);
    std::ostringstream line;
    line << "| `" << row.path << "` | `" << print_option(row, DaemonOptions()) << "` | `"
         << variable_name(row) << "`";
    if (!row.flag.empty()) line << ", `" << row.flag << "`";
    line << " | " << row.help;
    if (ranged) line << "; " << expected_value(row.kind);
    line << " | " << (row.reload == OptionRow::Reload::kTakenOver ? "reload" : "restart") << " |\n";
    return line.str();
}

ordered_json divisors(std::uint64_t number) {
    ordered_json list = ordered_json::array();
    for (std::uint64_t each = 1; each <= number; ++each)
        if (number % each == 0) list.push_back(each);
    return list;
}

struct Schema {
    ordered_json operator()(const BoolKind&) const { return {{"type", "boolean"}}; }
    ordered_json operator()(const PathKind& kind) const {
        const ordered_json string{{"type", "string"}, {"minLength", 1}};
        if (!kind.is_optional) return string;
        return {{"type", {"string", "null"}}, {"minLength", 1}};
    }
    ordered_json operator()(const NameKind&) const { return {{"$ref", "#/$defs/name"}}; }
    ordered_json operator()(const LineFieldsKind&) const { return {{"$ref", "#/$defs/fields"}}; }
    ordered_json operator()(const TextsKind&) const { return {{"$ref", "#/$defs/texts"}}; }
    ordered_json operator()(const TextKind& kind) const {
        if (!kind.is_optional) return {{"type", "string"}, {"minLength", 1}};
        return {{"type", {"string", "null"}}, {"minLength", 1}};
    }
    ordered_json operator()(const HostNamesKind&) const { return {{"$ref", "#/$defs/hosts"}}; }
    ordered_json operator()(const ListenersKind&) const { return {{"$ref", "#/$defs/listeners"}}; }
    ordered_json operator()(const NumberKind& kind) const {
        if (kind.divides != 0) return {{"enum", divisors(kind.divides)}};
        return {{"type", "integer"}, {"minimum", kind.minimum}, {"maximum", kind.maximum}};
    }
    ordered_json operator()(const RealKind& kind) const {
        ordered_json schema;
        schema["type"] = "number";
        if (kind.is_optional) schema["type"] = {"number", "null"};
        schema["minimum"] = kind.minimum;
        schema["maximum"] = kind.maximum;
        return schema;
    }
    ordered_json operator()(const ChoiceKind& kind) const { return {{"enum", kind.names}}; }
    ordered_json operator()(const WindowsKind&) const { return {{"$ref", "#/$defs/windows"}}; }
    ordered_json operator()(const FeaturesKind&) const { return {{"$ref", "#/$defs/features"}}; }
};

ordered_json schema_of(const OptionRow& row) {
    ordered_json schema{{"description", row.help}};
    schema.update(std::visit(Schema{}, row.kind));
    schema["default"] = ordered_json::parse(print_option(row, DaemonOptions()));
    return schema;
}

ordered_json object_schema() {
    return {{"type", "object"},
            {"additionalProperties", false},
            {"properties", ordered_json::object()}};
}

// All of the schema that follows from the table.
ordered_json properties_schema() {
    ordered_json properties{{"$schema", {{"type", "string"}}}};
    for (const OptionRow& row : option_table()) {
        ordered_json* section = &properties;
        std::string_view key = row.path;
        for (auto dot = key.find('.'); dot != key.npos; dot = key.find('.')) {
            ordered_json& inner = (*section)[std::string(key.substr(0, dot))];
            if (inner.is_null()) inner = object_schema();
            section = &inner["properties"];
            key.remove_prefix(dot + 1);
        }
        (*section)[std::string(key)] = schema_of(row);
    }
    return properties;
}

}  // namespace

TEST_CASE("config/boxkited.json holds every option at its default", "[options]") {
    CHECK(read_config("config/boxkited.json").dump(2) + "\n" == config_text(DaemonOptions()));
}

TEST_CASE("config/boxkited.json loads to the defaults", "[options]") {
    Loader load;
    const std::string without = config_text(load.options());

    load.command_line.config = kProject + "config/boxkited.json";

    CHECK(config_text(load.options()) == without);
    CHECK(load.warnings().empty());
}

TEST_CASE("the config of the demo is good", "[options]") {
    Loader load;
    load.command_line.config = kProject + "config/demo/boxkited.json";

    CHECK(load.error() == "good");
}

TEST_CASE("config/boxkited.schema.json knows the options of the table", "[options]") {
    const auto schema = ordered_json::parse(read("config/boxkited.schema.json"));

    CHECK(schema.at("properties").dump(2) == properties_schema().dump(2));
    CHECK(schema.at("additionalProperties") == false);
}

TEST_CASE("docs/configuration.md has the rows of the table", "[options]") {
    std::string expected = "| --- | --- | --- | --- | --- |\n";
    for (const OptionRow& row : option_table()) expected += documentation_of(row);
    const std::string text = read("docs/configuration.md");

    const std::size_t start = text.find("| --- | --- | --- | --- | --- |\n");
    REQUIRE(start != std::string::npos);
    const std::size_t end = text.find("\n\n", start);

    CHECK(text.substr(start, end + 1 - start) == expected);
}
