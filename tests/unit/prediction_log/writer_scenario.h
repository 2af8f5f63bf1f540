#pragma once

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "log_fixture.h"

namespace boxkited {

// All that the writer ever does, in little: a torn file is recovered, files beyond retention are
// deleted, by age and by size, events of more partitions than may be open are written and synced,
// few and many at a time.
struct WriterScenario : LogFixture {
    static constexpr int kBatches = 7;

    // What an answer means, and when files are synced.
    struct Manner {
        PredictionLogOptions::Ack ack;
        PredictionLogOptions::Sync sync;
    };

    explicit WriterScenario(Manner manner) {
        options.ack = manner.ack;
        options.sync = manner.sync;
        options.queue_bytes = 4 << 20;  // Blocks of 512 KiB: many lines go past the page cache.
        options.open_partitions = 2;
        options.retention = std::chrono::days(3);
        options.retention_bytes = 2 << 20;
        write_file(path(nth_partition(0)), line("old") + line("older") + R"({"prediction_id":"to)");
        for (const auto& [file, text] : not_to_be_kept()) write_file(file, text);
    }

    // Three partitions, more than may be open.
    Partition nth_partition(int number) const {
        return partition_of(now_, options.partition) - (number % 3) * options.partition;
    }

    LineBatch batch(int number) const {
        // Few short lines, or half a MiB of long ones.
        const bool is_large = number % 3 == 1;
        LineBatch made;
        for (int i = 0; i < (is_large ? 60 : 2); ++i)
            add(made, nth_partition(number), line(id(number, i), is_large ? 9000 : 550));
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
                const auto end = std::min(text.find('\n', begin), text.size() - 1);
                const auto whole = text.substr(begin, end + 1 - begin);
                if (!whole.starts_with(R"({"prediction_id":")") || !whole.ends_with("\"}\n"))
                    FAIL("no whole line: " << whole);
                ++times[id_of(whole)];
                begin = end + 1;
            }
        }
        return times;
    }
    // Each id of these batches stands there once, and so do the lines that were there before; no
    // id stands there twice.
    void check_logged_once(const std::set<int>& batches) const { check_once(batches, logged()); }
    // The same, but what was synced of a file that was set aside counts as standing there.
    void check_logged_once_or_set_aside(const std::set<int>& batches) const {
        auto times = logged();
        for (const auto& [id, count] : times) {
            CAPTURE(id);
            CHECK(count == 1);
        }
        for (const auto& file : files()) {
            if (file.find(".txt.suspect") == file.npos) continue;
            const auto text = read_file(endpoint() / file);
            for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != text.npos;
                 begin = end + 1)
                times[id_of(text.substr(begin, end - begin))] = 1;
        }
        check_once(batches, times);
    }
    void check_retention_done() const {
        for (const auto& [file, text] : not_to_be_kept()) {
            CAPTURE(file);
            CHECK_FALSE(std::filesystem::exists(file));
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
    static std::string id_of(const std::string& line) {
        return line.substr(18, line.find('"', 18) - 18);
    }
    void check_once(const std::set<int>& batches, const std::map<std::string, int>& times) const {
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

    // Two of the scenario's own files, long past, and one of another's, larger than all may be.
    std::map<std::filesystem::path, std::string> not_to_be_kept() const {
        const auto long_past = nth_partition(0) - std::chrono::days(40);
        const auto yesterday = nth_partition(0) - std::chrono::days(1);
        return {{path(long_past), line("too old")},
                {path(long_past, 1), line("too old as well")},
                {endpoint() / date_name(yesterday) / file_name(yesterday, "model-pod-2", 0),
                 line("too much", options.retention_bytes)}};
    }

    const WallTime now_ = clock.now();
};

inline constexpr WriterScenario::Manner kSynced{PredictionLogOptions::Ack::kSynced,
                                                PredictionLogOptions::Sync::kInterval};
inline constexpr WriterScenario::Manner kWritten{PredictionLogOptions::Ack::kWritten,
                                                 PredictionLogOptions::Sync::kInterval};
inline constexpr WriterScenario::Manner kNeverSynced{PredictionLogOptions::Ack::kWritten,
                                                     PredictionLogOptions::Sync::kNever};
inline constexpr WriterScenario::Manner kQueued{PredictionLogOptions::Ack::kQueued,
                                                PredictionLogOptions::Sync::kInterval};
inline constexpr WriterScenario::Manner kAlwaysSynced{PredictionLogOptions::Ack::kQueued,
                                                      PredictionLogOptions::Sync::kAlways};

// A log that the scenario's batches go to.
class ScenarioLog {
public:
    ScenarioLog(WriterScenario& scenario, Storage& storage)
        : scenario_(scenario), storage_(storage) {}

    Result<void, IoError> open() {
        auto opened = PredictionLog::open(scenario_.options, kIdentity, scenario_.clock, storage_);
        if (!opened) return Failure{opened.error()};
        log_ = *std::move(opened);
        return {};
    }
    // False when the queue has no room.
    bool append(int number) {
        const auto ticket = log_->append(scenario_.batch(number), Transport::kHttp);
        if (!ticket) return false;
        const auto acknowledge = [this, number] {
            const std::lock_guard lock(mutex_);
            acknowledged_.insert(number);
        };
        if (log_->settled_or_wake(*ticket, acknowledge)) acknowledge();
        return true;
    }
    std::set<int> acknowledged() const {
        const std::lock_guard lock(mutex_);
        return acknowledged_;
    }
    // Acknowledged, written, and synced where they are.
    bool is_all_done() const {
        return acknowledged().size() == WriterScenario::kBatches && ledger().queue_bytes == 0;
    }
    std::uint64_t drain(std::chrono::milliseconds within) {
        return log_->drain(scenario_.clock.monotonic() + within);
    }
    std::uint64_t drain() { return drain(std::chrono::seconds(30)); }
    LogLedger ledger() const { return log_->ledger(); }
    void close() { log_.reset(); }

private:
    WriterScenario& scenario_;
    Storage& storage_;
    mutable std::mutex mutex_;
    std::set<int> acknowledged_;
    std::unique_ptr<PredictionLog> log_;  // Last: its thread acknowledges.
};

inline std::set<int> all_batches() {
    std::set<int> all;
    for (int i = 0; i < WriterScenario::kBatches; ++i) all.insert(i);
    return all;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

// A sanitizer makes each of many calls dear: there a test that meets the same code again and again
// does so with BOXKITED_TESTS_ALL_ROWS alone, which `--soak` sets.
inline bool runs_all() {
    return !kIsSanitized || std::getenv("BOXKITED_TESTS_ALL_ROWS") != nullptr;
}

// From one step that is met to the next.
inline int stride() { return runs_all() ? 1 : 4; }

// The first row meets all code already.
template <typename Row>
std::vector<Row> rows_to_run(std::initializer_list<Row> rows) {
    return runs_all() ? std::vector<Row>(rows) : std::vector<Row>{*rows.begin()};
}

}  // namespace boxkited
