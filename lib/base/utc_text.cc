#include "base/utc_text.h"

#include <cstdint>
#include <cstring>

namespace boxkited {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

template <int kDigits>
void put(char* out, std::uint32_t value) {
    for (int i = kDigits - 1; i >= 0; --i) {
        out[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

// `2024-05-01`, which stays the same for nearly all times that a thread writes.
class DateText {
public:
    static constexpr std::size_t kBytes = 10;
    const char* of(sys_days day) {
        if (day != day_) write(day);
        return text_;
    }

private:
    void write(sys_days day) {
        const std::chrono::year_month_day date(day);
        put<4>(text_, static_cast<std::uint32_t>(static_cast<int>(date.year())));
        put<2>(text_ + 5, static_cast<unsigned>(date.month()));
        put<2>(text_ + 8, static_cast<unsigned>(date.day()));
        day_ = day;
    }

    sys_days day_{};
    char text_[kBytes + 1] = "1970-01-01";
};

// Reads a text from its front; after a mismatch everything fails.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!at_digit()) return fail();
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }
    bool take_one_of(std::string_view choices) {
        if (rest_.empty() || choices.find(rest_.front()) == choices.npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect_one_of(std::string_view choices) {
        if (!take_one_of(choices)) fail();
    }
    microseconds fraction() {
        if (!at_digit()) fail();
        long value = 0;
        long unit = 100'000;
        for (; at_digit(); rest_.remove_prefix(1), unit /= 10) value += unit * (rest_[0] - '0');
        return microseconds(value);
    }
    bool at_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
    bool done() const { return good_ && rest_.empty(); }

private:
    int fail() {
        good_ = false;
        rest_ = {};
        return 0;
    }

    std::string_view rest_;
    bool good_ = true;
};

}  // namespace

UtcText::UtcText(WallTime time) {
    thread_local DateText dates;
    const auto day = std::chrono::floor<days>(time);
    const auto micros = static_cast<std::uint64_t>((time - day).count());
    const auto second = static_cast<std::uint32_t>(micros / 1'000'000);
    std::memcpy(text_, "0000-00-00T00:00:00.000000Z", sizeof text_);
    std::memcpy(text_, dates.of(day), DateText::kBytes);
    put<2>(text_ + 11, second / 3600);
    put<2>(text_ + 14, second / 60 % 60);
    put<2>(text_ + 17, second % 60);
    put<6>(text_ + 20, static_cast<std::uint32_t>(micros % 1'000'000));
}

std::string utc_text(WallTime time) { return std::string(UtcText(time).view()); }

std::optional<WallTime> parse_rfc3339(std::string_view text) {
    Reader reader(text);
    const std::chrono::year year{reader.digits(4)};
    reader.expect_one_of("-");
    const std::chrono::month month{static_cast<unsigned>(reader.digits(2))};
    reader.expect_one_of("-");
    const std::chrono::day day{static_cast<unsigned>(reader.digits(2))};
    reader.expect_one_of("Tt ");
    const int hour = reader.digits(2);
    reader.expect_one_of(":");
    const int minute = reader.digits(2);
    reader.expect_one_of(":");
    const int second = reader.digits(2);
    const auto fraction = reader.take_one_of(".") ? reader.fraction() : microseconds(0);

    minutes offset{0};
    if (!reader.take_one_of("Zz")) {
        const bool east = reader.take_one_of("+");
        if (!east) reader.expect_one_of("-");
        const int offset_hours = reader.digits(2);
        reader.expect_one_of(":");
        const int offset_minutes = reader.digits(2);
        if (offset_hours > 23 || offset_minutes > 59) return std::nullopt;
        offset = (hours(offset_hours) + minutes(offset_minutes)) * (east ? 1 : -1);
    }
    const std::chrono::year_month_day date = year / month / day;
    if (!reader.done() || !date.ok() || hour > 23 || minute > 59 || second > 60)
        return std::nullopt;
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + fraction - offset;
}

}  // namespace boxkited
