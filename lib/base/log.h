#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

// The daemon's own log: one line on standard error for each message, as logfmt or JSON.
//
//   log::warning("baseline names a feature twice", {{"feature", name}});
//
// The message is a fixed text and names the kind: of each kind at most ten lines a second are
// written, and the next one that is written tells how many were left out (`left_out`). Whatever a
// field holds, the line stays one line and nothing in it can be taken for another field.
//
// Nobody waits for whoever reads standard error: while it takes no line, lines are left out, and
// counted as well. A value longer than 1,024 bytes is cut.
//
// Threads: any thread may call any function.
namespace boxkited::log {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };
enum class Format { kLogfmt, kJson };

struct Field {
    std::string_view key;
    std::string value;
};

void configure(Level level, Format format);
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void debug(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::kDebug, message, fields);
}
inline void info(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::kInfo, message, fields);
}
inline void warning(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::kWarning, message, fields);
}
inline void error(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::kError, message, fields);
}

}  // namespace boxkited::log
