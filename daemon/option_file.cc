#include "daemon/option_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/regular_file.h"

namespace boxkited {

namespace {

using nlohmann::json;

constexpr std::size_t kLargest = 1 << 20;
constexpr int kDeepest = 16;

std::string reason_of(const ReadError& error) {
    switch (error.kind) {
        case ReadError::Kind::kTooLarge:
            return "larger than 1 MiB, which no config is";
        case ReadError::Kind::kDirectory:
        case ReadError::Kind::kNotRegular:
            return "not a regular file";
        case ReadError::Kind::kSystem:
            break;
    }
    return to_string(error);
}

Result<std::string, OptionsError> read_text(const std::string& path) {
    auto text = read_regular_file(path, kLargest);
    if (!text) return Failure{OptionsError{printable(path), reason_of(text.error())}};
    return *std::move(text);
}

// Finds the first key that stands twice in one object: the parser itself would keep the last.
// Leaves out what is nested deeper than any option is, since printing a value recurses.
class Duplicates {
public:
    bool operator()(int depth, json::parse_event_t event, const json& parsed) {
        const bool is_start =
            event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
        if (depth > kDeepest || (is_start && depth == kDeepest)) return false;
        switch (event) {
            case json::parse_event_t::key:
                take_key(parsed.get_ref<const std::string&>());
                break;
            case json::parse_event_t::object_start:
                open(true);
                break;
            case json::parse_event_t::array_start:
                open(false);
                break;
            case json::parse_event_t::object_end:
            case json::parse_event_t::array_end:
                frames_.pop_back();
                break;
            case json::parse_event_t::value:
                next_element();
                break;
        }
        return true;
    }

    // Its full name; empty when there is none.
    const std::string& first() const { return first_; }

private:
    struct Frame {
        bool is_object;
        std::set<std::string> keys;
        std::string place;  // Of the member that is being read.
        std::size_t elements = 0;
    };

    void take_key(const std::string& key) {
        Frame& frame = frames_.back();
        frame.place = (frames_.size() > 1 ? "." : "") + printable(key);
        if (frame.keys.insert(key).second || !first_.empty()) return;
        for (const Frame& each : frames_) first_ += each.place;
    }
    void open(bool is_object) {
        next_element();
        frames_.push_back({is_object, {}, {}});
    }
    void next_element() {
        if (frames_.empty() || frames_.back().is_object) return;
        frames_.back().place = "[" + std::to_string(frames_.back().elements++) + "]";
    }

    std::vector<Frame> frames_;
    std::string first_;
};

// "3:14", where the byte that was read last stands.
std::string line_and_column(std::string_view text, std::size_t bytes_read) {
    const std::string_view before = text.substr(0, bytes_read == 0 ? 0 : bytes_read - 1);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t newline = before.rfind('\n');
    const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    return std::to_string(line) + ":" + std::to_string(before.size() - start + 1);
}

// The parser's reason without its own name and position in front, and without what it read last,
// which can be anything: "unexpected end of input; expected '}'".
std::string syntax_reason(std::string_view what) {
    const std::size_t start = what.find(" - ");
    if (start == std::string_view::npos) return "not JSON";
    std::string reason(what.substr(start + 3));
    const std::size_t read = reason.find("; last read: '");
    if (read != std::string::npos) {
        const std::size_t expected = reason.rfind("'; expected ");
        const std::size_t end = expected == std::string::npos ? reason.size() : expected + 1;
        reason.erase(read, end - read);
    }
    return "not JSON: " + reason;
}

Result<json, OptionsError> parse(std::string_view text, const std::string& name) {
    Duplicates duplicates;
    json document;
    try {
        document = json::parse(text, std::ref(duplicates), true, true);
    } catch (const json::parse_error& error) {
        return Failure{OptionsError{name + ":" + line_and_column(text, error.byte),
                                    syntax_reason(error.what())}};
    } catch (const json::out_of_range&) {
        return Failure{OptionsError{name, "not JSON: a number is beyond the range of a double"}};
    }
    if (!duplicates.first().empty())
        return Failure{OptionsError{name + ": " + duplicates.first(), "this key is there twice"}};
    return document;
}

// Walks a document and names what it finds.
class Walk {
public:
    explicit Walk(const std::string& file) : file_(file) {}

    Result<void, OptionsError> section(const json& object, const std::string& prefix) {
        if (!object.is_object())
            return Failure{OptionsError{prefix.empty() ? file_ : place(prefix),
                                        wrong_value("an object", object.dump()).reason}};
        for (const auto& item : object.items()) {
            if (prefix.empty() && item.key() == "$schema") continue;
            auto good = member(item.key(), item.value(), prefix);
            if (!good) return good;
        }
        return {};
    }

    std::vector<Setting> settings() && { return std::move(settings_); }

private:
    Result<void, OptionsError> member(const std::string& key, const json& value,
                                      const std::string& prefix) {
        const std::string path = prefix.empty() ? key : prefix + "." + key;
        if (key.find('.') != std::string::npos)
            return refuse(path, "a key has no dots; the options of a section are an object");
        if (is_section(path)) return section(value, path);
        const OptionRow* row = find_option(path);
        if (row == nullptr) return refuse(path, "no such option" + hint(path));
        settings_.push_back({row, value.dump(), place(path)});
        return {};
    }

    std::string place(const std::string& path) const { return file_ + ": " + printable(path); }

    Failure<OptionsError> refuse(const std::string& path, std::string reason) const {
        return Failure{OptionsError{place(path), std::move(reason)}};
    }

    static bool is_section(const std::string& path) {
        const auto& table = option_table();
        return std::any_of(table.begin(), table.end(),
                           [&](const OptionRow& row) { return row.path.starts_with(path + "."); });
    }

    static std::string hint(const std::string& path) {
        std::vector<std::string> known;
        for (const OptionRow& row : option_table()) {
            known.emplace_back(row.path);
            known.emplace_back(row.path.substr(0, row.path.find('.')));
        }
        const std::string near = nearest(path, known);
        return near.empty() ? near : "; did you mean " + near + "?";
    }

    const std::string file_;
    std::vector<Setting> settings_;
};

}  // namespace

Result<std::vector<Setting>, OptionsError> settings_of_file(const std::string& path) {
    const std::string name = printable(path);
    auto text = read_text(path);
    if (!text) return Failure{text.error()};
    auto document = parse(*text, name);
    if (!document) return Failure{document.error()};
    Walk walk(name);
    auto good = walk.section(*document, "");
    if (!good) return Failure{good.error()};
    return std::move(walk).settings();
}

}  // namespace boxkited
