#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "prediction_log/partition_path.h"
#include "prediction_log/prediction_log.h"
#include "support/faulty_storage.h"
#include "support/temporary_directory.h"

namespace boxkited {

inline const Identity kIdentity{"iris", "model", "pod-1", "server"};

inline WallTime utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                                 std::chrono::day(day)) +
           std::chrono::hours(hour) + std::chrono::minutes(minute);
}

inline Partition partition(int hour, int minute = 0) {
    return std::chrono::floor<std::chrono::minutes>(utc(2024, 5, 1, hour, minute));
}

// A line as the log has them, with its newline; `filler` makes it longer.
inline std::string line(const std::string& id, std::size_t filler = 0) {
    return R"({"prediction_id":")" + id + R"(","metadata":")" + std::string(filler, 'x') + "\"}\n";
}

inline void add(LineBatch& batch, Partition to, const std::string& text) {
    batch.text() += text;
    batch.end_line(to);
}

inline LineBatch batch_of(Partition to, const std::string& text) {
    LineBatch batch;
    add(batch, to, text);
    return batch;
}

// Looks until it is so; the test fails when that takes five minutes. Some disks here copy all that
// they hold at each step, for which the thread sanitizer takes a second.
template <typename Condition>
void await(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(5);
    while (!condition()) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

inline std::uint64_t accepted(const LogLedger& ledger) {
    return std::accumulate(ledger.accepted.begin(), ledger.accepted.end(), std::uint64_t{0});
}

inline bool adds_up(const LogLedger& ledger) {
    return accepted(ledger) == ledger.written + ledger.queued + ledger.lost + ledger.unlogged;
}

// A log in a directory of its own, on a disk that can fail.
struct LogFixture {
    TemporaryDirectory directory;
    FaultyStorage storage;
    SystemClock clock;
    PredictionLogOptions options;
    std::unique_ptr<PredictionLog> log;

    LogFixture() {
        options.directory = directory.path();
        options.flush_interval = std::chrono::milliseconds(5);
        options.queue_bytes = 16 << 20;  // Blocks of 2 MiB, of which the tests fill some.
        // The test's events are of a day long past.
        options.retention = std::chrono::days(0);
    }
    ~LogFixture() { storage.unblock(); }

    void start() { start(clock); }
    void start(const Clock& its_clock) {
        auto opened = PredictionLog::open(options, kIdentity, its_clock, storage);
        REQUIRE(opened.has_value());
        log = *std::move(opened);
    }
    PredictionLog::Ticket append(const LineBatch& batch) {
        const auto ticket = log->append(batch, Transport::kHttp);
        REQUIRE(ticket.has_value());
        return *ticket;
    }
    PredictionLog::Ticket append(Partition to, const std::string& text) {
        return append(batch_of(to, text));
    }
    std::uint64_t drain() { return log->drain(clock.monotonic() + std::chrono::seconds(30)); }

    std::filesystem::path path(Partition of, unsigned number = 0) const {
        return endpoint() / date_name(of) / file_name(of, writer_name(kIdentity), number);
    }
    std::filesystem::path endpoint() const {
        return endpoints_directory(options.directory) / kIdentity.endpoint_id;
    }
    std::string text(Partition of, unsigned number = 0) const {
        return read_file(path(of, number));
    }
    // Every file below the endpoint's directory but the hidden ones, relative to it and sorted.
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(endpoint()))
            if (!entry.is_directory() && entry.path().filename().native()[0] != '.')
                names.push_back(entry.path().lexically_relative(endpoint()));
        std::sort(names.begin(), names.end());
        return names;
    }
};

}  // namespace boxkited
