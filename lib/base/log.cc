#include "base/log.h"

#include <poll.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <map>

#include "base/guarded.h"
#include "base/json_text.h"
#include "base/utc_text.h"

namespace boxkited::log {

namespace {

constexpr int kLinesPerSecond = 10;

struct Kind {
    std::chrono::steady_clock::time_point second;
    int written = 0;
    std::uint64_t left_out = 0;
};

// Whether standard error takes a line now. A pipe that says so has room for PIPE_BUF bytes.
bool is_writable() {
    pollfd standard_error{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    return poll(&standard_error, 1, 0) == 1;
}

std::string_view cut(std::string_view value) {
    constexpr std::size_t kLongest = 1024;
    return value.substr(0, kLongest);
}

struct State {
    Level level = Level::kInfo;
    Format format = Format::kLogfmt;
    std::map<std::string, Kind, std::less<>> kinds;
};

Guarded<State>& state() {
    static Guarded<State> instance;
    return instance;
}

spdlog::logger& sink() {
    static const auto logger = [] {
        auto made = spdlog::stderr_logger_mt("boxkited");
        made->set_pattern("%v");
        made->set_level(spdlog::level::trace);
        made->flush_on(spdlog::level::trace);
        return made;
    }();
    return *logger;
}

std::string_view name(Level level) {
    switch (level) {
        case Level::kDebug:
            return "debug";
        case Level::kInfo:
            return "info";
        case Level::kWarning:
            return "warning";
        case Level::kError:
            return "error";
        case Level::kOff:
            break;
    }
    return "off";
}

// logfmt leaves a value bare where it can; a quoted one is escaped as JSON text is.
bool can_stand_bare(std::string_view value) {
    if (value.empty()) return false;
    for (const char c : value)
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == '\x7f' || (c & '\x80') != 0)
            return false;
    return true;
}

class Line {
public:
    explicit Line(Format format) : format_(format) {
        if (format_ == Format::kJson) text_ += '{';
    }

    void add(std::string_view key, std::string_view value) {
        if (format_ == Format::kJson) {
            if (text_.size() > 1) text_ += ',';
            append_json_string(text_, key);
            text_ += ':';
            append_json_string(text_, value);
            return;
        }
        if (!text_.empty()) text_ += ' ';
        text_ += key;
        text_ += '=';
        if (can_stand_bare(value)) {
            text_ += value;
        } else {
            append_json_string(text_, value);
        }
    }

    std::string finish() && {
        if (format_ == Format::kJson) text_ += '}';
        return std::move(text_);
    }

private:
    const Format format_;
    std::string text_;
};

}  // namespace

void configure(Level level, Format format) {
    auto held = state().lock();
    held->level = level;
    held->format = format;
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
    auto held = state().lock();  // Until the line is written: two would not find room for one.
    if (level < held->level) return;
    auto at = held->kinds.find(message);
    if (at == held->kinds.end()) at = held->kinds.emplace(std::string(message), Kind{}).first;
    Kind& kind = at->second;
    const auto now = std::chrono::steady_clock::now();
    if (now - kind.second >= std::chrono::seconds(1)) {
        kind.second = now;
        kind.written = 0;
    }
    if (kind.written == kLinesPerSecond || !is_writable()) {
        ++kind.left_out;
        return;
    }
    ++kind.written;

    Line line(held->format);
    line.add("time", utc_text(SystemClock().now()));
    line.add("level", name(level));
    line.add("message", cut(message));
    for (const Field& field : fields) line.add(field.key, cut(field.value));
    if (kind.left_out > 0) line.add("left_out", std::to_string(std::exchange(kind.left_out, 0)));
    sink().info(std::move(line).finish());
}

}  // namespace boxkited::log
