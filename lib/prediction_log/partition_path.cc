#include "prediction_log/partition_path.h"

#include <charconv>

#include "base/utc_text.h"

namespace boxkited {

namespace {

using std::chrono::minutes;

constexpr std::string_view kSuffix = ".txt";
constexpr std::size_t kTimeSize = 5;  // "1315_"

std::optional<unsigned> digits(std::string_view text) {
    unsigned value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
}

struct Parts {
    minutes time_of_day;
    std::string_view rest;  // Between "1315_" and ".txt".
};

std::optional<Parts> split(std::string_view name) {
    if (name.size() < kTimeSize + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
    const auto hour = digits(name.substr(0, 2));
    const auto minute = digits(name.substr(2, 2));
    if (!hour || !minute || *hour > 23 || *minute > 59 || name[4] != '_') return std::nullopt;
    name.remove_suffix(kSuffix.size());
    return Parts{minutes(*hour * 60 + *minute), name.substr(kTimeSize)};
}

// Without ".7" at the end; nothing when there is no number there.
std::optional<std::string_view> without_number(std::string_view text) {
    const auto dot = text.rfind('.');
    if (dot == text.npos) return std::nullopt;
    const auto number = text.substr(dot + 1);
    if (number.empty() || number.size() > 9 || number[0] == '0' || !digits(number))
        return std::nullopt;
    return text.substr(0, dot);
}

// Ids may hold a `-` themselves, so any of them may be the one between the two.
bool is_writer_name(std::string_view text) {
    for (auto dash = text.find('-'); dash != text.npos; dash = text.find('-', dash + 1))
        if (is_safe_name(text.substr(0, dash)) && is_safe_name(text.substr(dash + 1))) return true;
    return false;
}

}  // namespace

std::filesystem::path endpoints_directory(const std::filesystem::path& directory) {
    return directory / "models" / "predictions";
}

std::string writer_name(const Identity& identity) {
    return identity.logger_id + "-" + identity.replica_id;
}

std::string date_name(Partition partition) {
    return std::string(UtcText(partition).seconds().substr(0, sizeof "2024-05-01" - 1));
}

std::string file_name(Partition partition, std::string_view writer, unsigned number) {
    const UtcText time(partition);
    std::string name(time.seconds().substr(11, 2));
    name.append(time.seconds().substr(14, 2)).append("_").append(writer);
    if (number != 0) name.append(".").append(std::to_string(number));
    name.append(kSuffix);
    return name;
}

std::optional<std::chrono::sys_days> parse_date_name(std::string_view name) {
    if (name.size() != 10 || name[4] != '-' || name[7] != '-') return std::nullopt;
    const auto year = digits(name.substr(0, 4));
    const auto month = digits(name.substr(5, 2));
    const auto day = digits(name.substr(8, 2));
    if (!year || !month || !day) return std::nullopt;
    const auto date = std::chrono::year(static_cast<int>(*year)) / std::chrono::month(*month) /
                      std::chrono::day(*day);
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
}

unsigned file_number(std::string_view name) {
    unsigned number = 0;
    const std::string_view stem = name.substr(0, name.rfind('.'));
    const auto digits = stem.rfind('.') + 1;  // 0 when there is no other dot.
    std::from_chars(stem.data() + digits, stem.data() + stem.size(), number);
    return digits == 0 ? 0 : number;
}

std::optional<minutes> parse_file_name(std::string_view name) {
    const auto parts = split(name);
    if (!parts) return std::nullopt;
    const auto unnumbered = without_number(parts->rest);
    if (!is_writer_name(parts->rest) && !(unnumbered && is_writer_name(*unnumbered)))
        return std::nullopt;
    return parts->time_of_day;
}

bool is_file_of(std::string_view name, std::string_view writer) {
    const auto parts = split(name);
    return parts && (parts->rest == writer || without_number(parts->rest) == writer);
}

}  // namespace boxkited
