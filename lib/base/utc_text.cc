#include "base/utc_text.h"

namespace boxkited {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

template <int kDigits>
void put(char* out, long value) {
    for (int i = kDigits - 1; i >= 0; --i) {
        out[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

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

void append_utc_seconds(std::string& out, WallTime time) {
    const auto day = std::chrono::floor<days>(time);
    const std::chrono::year_month_day date(day);
    const auto second = std::chrono::floor<seconds>(time - day).count();
    char text[] = "0000-00-00T00:00:00";
    put<4>(text, static_cast<int>(date.year()));
    put<2>(text + 5, static_cast<unsigned>(date.month()));
    put<2>(text + 8, static_cast<unsigned>(date.day()));
    put<2>(text + 11, second / 3600);
    put<2>(text + 14, second / 60 % 60);
    put<2>(text + 17, second % 60);
    out.append(text, 19);
}

void append_utc_text(std::string& out, WallTime time) {
    append_utc_seconds(out, time);
    char text[] = ".000000Z";
    put<6>(text + 1, (time - std::chrono::floor<seconds>(time)).count());
    out.append(text, 8);
}

std::string utc_text(WallTime time) {
    std::string out;
    append_utc_text(out, time);
    return out;
}

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
