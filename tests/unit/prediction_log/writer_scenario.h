#pragma once

#include <map>
#include <set>

#include "log_fixture.h"

namespace boxkited {

// All that the writer ever does, in little: a torn file is recovered, files beyond retention are
// deleted, events of more partitions than may be open are written and synced, few and many at a
// time.
struct WriterScenario : LogFixture {
    static constexpr int kBatches = 7;

    WriterScenario() {
        options.ack = PredictionLogOptions::Ack::kSynced;
        options.queue_bytes = 4 << 20;  // Blocks of 512 KiB: many lines go past the page cache.
        options.open_partitions = 2;
        options.retention = std::chrono::days(3);
        write_file(path(nth_partition(0)), line("old") + line("older") + R"({"prediction_id":"to)");
        write_file(path(long_past()), line("too old"));
        write_file(path(long_past(), 1), line("too old as well"));
    }

    // Three partitions, more than may be open.
    Partition nth_partition(int number) const {
        return partition_of(now_, options.partition) - (number % 3) * options.partition;
    }
    Partition long_past() const { return nth_partition(0) - std::chrono::days(40); }

    LineBatch batch(int number) const {
        constexpr int kFew = 2;
        constexpr int kMany = 900;  // Half a MiB.
        LineBatch made;
        const int lines = number % 3 == 1 ? kMany : kFew;
        for (int i = 0; i < lines; ++i) add(made, nth_partition(number), line(id(number, i), 550));
        return made;
    }
    static std::string id(int batch, int line) {
        return std::to_string(batch) + "-" + std::to_string(line);
    }

    // How often each id stands in the files that readers look at. A line that is not whole fails.
    std::map<std::string, int> logged() const {
        std::map<std::string, int> times;
        for (const auto& file : files()) {
            if (!file.ends_with(".txt")) continue;
            const auto text = read_file(endpoint() / file);
            CAPTURE(file);
            for (std::size_t begin = 0; begin < text.size();) {
                const auto end = text.find('\n', begin);
                REQUIRE(end != text.npos);
                const auto whole = text.substr(begin, end + 1 - begin);
                REQUIRE(whole.starts_with(R"({"prediction_id":")"));
                REQUIRE(whole.ends_with("\"}\n"));
                ++times[whole.substr(18, whole.find('"', 18) - 18)];
                begin = end + 1;
            }
        }
        return times;
    }
    // Each id of these batches stands there once, and so do the lines that were there before.
    void check_logged_once(const std::set<int>& batches) const {
        const auto times = logged();
        const auto is_once = [&](const std::string& id) {
            const auto found = times.find(id);
            return found != times.end() && found->second == 1;
        };
        CHECK(is_once("old"));
        CHECK(is_once("older"));
        for (const int number : batches) {
            CAPTURE(number);
            const auto events = static_cast<int>(batch(number).events());
            int once = 0;
            for (int i = 0; i < events; ++i) once += is_once(id(number, i)) ? 1 : 0;
            CHECK(once == events);
        }
        for (const auto& [id, count] : times) {
            CAPTURE(id);
            if (count != 1) FAIL_CHECK("stands there " << count << " times");
        }
    }

    // The log is opened anew on a disk that is well, which cuts what is torn.
    void recover() {
        DiskStorage disk;
        auto opened = PredictionLog::open(options, kIdentity, clock, disk);
        REQUIRE(opened.has_value());
        CHECK((*opened)->drain(clock.monotonic() + std::chrono::seconds(30)) == 0);
    }

private:
    const WallTime now_ = clock.now();
};

}  // namespace boxkited
