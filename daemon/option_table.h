#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/options.h"

namespace boxkited {

// A member of DaemonOptions, made from a lambda that holds nothing: [](auto& o) { return &o.x; }.
template <typename T>
class Member {
public:
    template <typename Get>
    Member(Get)
        : to_write_([](DaemonOptions& options) -> T& { return *Get{}(options); }),
          to_read_([](const DaemonOptions& options) -> const T& { return *Get{}(options); }) {}

    T& operator()(DaemonOptions& options) const { return to_write_(options); }
    const T& operator()(const DaemonOptions& options) const { return to_read_(options); }

private:
    T& (*to_write_)(DaemonOptions&);
    const T& (*to_read_)(const DaemonOptions&);
};

// The kinds of options. Each knows its member of DaemonOptions and what values are good.
struct BoolKind {
    Member<bool> member;
};

struct PathKind {
    Member<std::filesystem::path> member;
    bool is_optional = false;  // Null is the empty path.
};

// A part of the identity; null leaves the choice to the environment.
struct NameKind {
    Member<std::string> member;
};

// A text of a certain form; null is the empty one.
struct TextKind {
    Member<std::string> member;
    bool (*is_good)(std::string_view);
    std::string_view expected;
    bool is_optional = false;
};

struct HostNamesKind {
    Member<std::vector<std::string>> member;
};

struct ListenersKind {
    Member<std::vector<http::ListenerOptions>> member;
};

struct NumberKind {
    std::uint64_t (*get)(const DaemonOptions&);
    void (*set)(DaemonOptions&, std::uint64_t);
    std::uint64_t minimum;
    std::uint64_t maximum;
    std::uint64_t divides = 0;  // 0: it need not divide anything.
};

// Any number within a range; null where that is allowed.
struct RealKind {
    std::optional<double> (*get)(const DaemonOptions&);
    void (*set)(DaemonOptions&, std::optional<double>);
    double minimum;
    double maximum;
    bool is_optional;
};

struct WindowsKind {
    Member<std::vector<WindowOptions>> member;
};

struct FeaturesKind {
    Member<decltype(DriftOptions::features)> member;
};

struct ChoiceKind {
    std::size_t (*get)(const DaemonOptions&);
    void (*set)(DaemonOptions&, std::size_t);
    std::vector<std::string_view> names;
};

// Members of a log line, `prediction_id` among them.
struct LineFieldsKind {
    Member<LineFields> member;
};

// Names that can be any text but an empty one, each once.
struct TextsKind {
    Member<std::vector<std::string>> member;
    std::string_view expected;
};

using OptionKind =
    std::variant<BoolKind, PathKind, NameKind, TextKind, HostNamesKind, ListenersKind, NumberKind,
                 RealKind, ChoiceKind, WindowsKind, FeaturesKind, LineFieldsKind, TextsKind>;

// One option. The table feeds the reading of files, variables and flags, --help, the effective
// config, and the tests of config/ and docs/configuration.md.
struct OptionRow {
    enum class Reload { kTakenOver, kNeedsRestart };

    std::string_view path;  // "prediction_log.queue_bytes"
    std::string_view help;  // One sentence without its full stop.
    // Empty when it has none. That of a bool takes no value and sets what is not the default.
    std::string_view flag = {};
    Reload reload = Reload::kNeedsRestart;
    OptionKind kind;
};

// In the order of the config file; the options of a section stand together.
const std::vector<OptionRow>& option_table();

// Null when there is none.
const OptionRow* find_option(std::string_view path);
const OptionRow* find_flag(std::string_view flag);

// "BOXKITED_PREDICTION_LOG_QUEUE_BYTES"
std::string variable_name(const OptionRow& row);

// What a value must be: "a whole number from 1 to 256".
std::string expected_value(const OptionKind& kind);

// The known name that `name` was probably meant to be, empty when none is near.
std::string nearest(std::string_view name, const std::vector<std::string>& known);

}  // namespace boxkited
