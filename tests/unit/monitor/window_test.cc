#include "monitor/window.h"

#include <catch2/catch.hpp>

using namespace boxkited;
using namespace std::chrono_literals;

namespace {

const MonotonicTime kStart{1000h};

// Counts one value a second in the only slot.
class Seconds {
public:
    explicit Seconds(Window& window) : window_(window) {}

    void pass(std::chrono::seconds time, std::chrono::seconds advance_each = 1s) {
        for (const auto end = now_ + time; now_ < end;) {
            now_ += advance_each;
            window_.advance(now_, counts());
        }
    }
    Counts counts() const {
        return {static_cast<std::uint64_t>((now_ - kStart) / std::chrono::seconds(1))};
    }
    std::uint64_t growth() const { return window_.growth(counts())[0]; }
    std::chrono::seconds covered() const {
        return std::chrono::duration_cast<std::chrono::seconds>(window_.covered(now_));
    }

private:
    Window& window_;
    MonotonicTime now_ = kStart;
};

}  // namespace

TEST_CASE("until it is full a window covers what there is", "[monitor]") {
    Window window(600s, kStart, {0});
    Seconds seconds(window);

    seconds.pass(45s);

    CHECK(seconds.growth() == 45);
    CHECK(seconds.covered() == 45s);
}

TEST_CASE("a full window covers its length within a sixtieth at every moment", "[monitor]") {
    const auto advance_each = GENERATE(1s, 3s, 10s);
    Window window(600s, kStart, {0});
    Seconds seconds(window);
    seconds.pass(660s, advance_each);

    for (int i = 0; i < 200; ++i) {
        seconds.pass(advance_each, advance_each);

        CHECK(std::abs(static_cast<double>(seconds.growth()) - 600) <= 10);
        CHECK(seconds.covered() == std::chrono::seconds(seconds.growth()));
    }
}

TEST_CASE("a window that was left alone for long is empty", "[monitor]") {
    Window window(600s, kStart, {0});
    window.advance(kStart + 100s, {70});

    window.advance(kStart + 800s, {70});
    window.advance(kStart + 1600s, {70});

    CHECK(window.growth({75}) == Counts{5});
}

TEST_CASE("slots may be added while a window slides", "[monitor]") {
    Window window(60s, kStart, {1});
    window.advance(kStart + 1s, {2});
    window.advance(kStart + 2s, {3, 7});
    window.advance(kStart + 3s, {3, 8, 1});
    CHECK(window.growth({4, 8, 1}) == Counts{3, 8, 1});

    for (int i = 4; i < 200; ++i) window.advance(kStart + std::chrono::seconds(i), {4, 8, 1});

    CHECK(window.growth({5, 8, 2}) == Counts{1, 0, 1});
}

TEST_CASE("the time between two processes has no values and ends like any other", "[monitor]") {
    Window window(60s, kStart, {0});

    window.restore({{kStart - 50s, CountDelta({}, {7})}, {kStart - 30s, CountDelta({}, {9})}},
                   kStart - 20s);
    CHECK(window.growth({1}) == Counts{17});
    CHECK(window.covered(kStart) == 50s);

    for (int i = 1; i <= 35; ++i) window.advance(kStart + std::chrono::seconds(i), {1});
    CHECK(window.growth({1}) == Counts{10});
    for (int i = 36; i <= 45; ++i) window.advance(kStart + std::chrono::seconds(i), {1});
    CHECK(window.growth({1}) == Counts{1});
    CHECK(std::chrono::abs(window.covered(kStart + 45s) - 60s) <= 1s);
}

TEST_CASE("what ended longer ago than the window is left behind", "[monitor]") {
    Window window(60s, kStart, {0});

    window.restore({{kStart - 65s, CountDelta({}, {7})}}, kStart - 60s);

    CHECK(window.growth({1}) == Counts{1});
    CHECK(window.covered(kStart) == 0s);
}

TEST_CASE("steps of many short processes are put together", "[monitor]") {
    std::vector<Window::Step> steps;
    for (int i = 0; i < 5000; ++i) steps.push_back({kStart - 50s + i * 10ms, CountDelta({}, {1})});
    Window window(60s, kStart, {0});

    window.restore(steps, kStart);

    CHECK(window.steps({0}).size() <= 2 * 50 + 2);
    CHECK(window.growth({0}) == Counts{5000});
    for (int i = 1; i <= 35; ++i) window.advance(kStart + std::chrono::seconds(i), {0});
    CHECK(std::abs(static_cast<double>(window.growth({0})[0]) - 2500) <= 100);
}

TEST_CASE("large growth is counted whole", "[monitor]") {
    constexpr std::uint64_t kLarge = ~std::uint64_t{0} - 5;
    Window window(60s, kStart, {5, 0});

    window.advance(kStart + 1s, {kLarge, 127});
    window.advance(kStart + 2s, {kLarge + 1, 127 + 128});

    CHECK(window.growth({kLarge + 1, 300}) == Counts{kLarge - 4, 300});
}
