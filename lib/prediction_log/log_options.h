#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "prediction_log/line_fields.h"

namespace boxkited {

// How the prediction log trades memory and disk against the chance of losing an event.
struct PredictionLogOptions {
    // Off: every event is counted as unlogged, and no file is touched.
    bool enabled = true;

    // Root of the tree:
    // {directory}/models/predictions/{endpoint_id}/2024-05-01/1315_{logger_id}-{replica_id}.txt
    std::filesystem::path directory = "/var/lib/boxkited";

    // ---- What may be lost ----

    // What an answer to a sender means: the event is in the queue, in the file, or on the disk.
    enum class Ack { kQueued, kWritten, kSynced };
    Ack ack = Ack::kQueued;

    // When files are synced: with each flush, after every write, or never (then a power cut can
    // take what the system has not written back, and `kSynced` cannot be promised).
    enum class Sync { kInterval, kAlways, kNever };
    Sync sync = Sync::kInterval;

    // The longest an accepted event stays in memory only, and between write and sync.
    std::chrono::milliseconds flush_interval{500};

    // Bytes of lines that wait in memory, to be written or to be synced. When they are full a new
    // event is refused before it is counted anywhere; a sender never waits for the disk.
    std::uint64_t queue_bytes = 64ULL << 20;

    // ---- What is written ----

    // The share of events that get a line; the others are counted only. Which ones follows from
    // their ids alone, so that replicas and retries agree. Errors always get one.
    double sample = 1;

    // The members of a line.
    LineFields fields = LineFields::all();

    // Typed readers want one shape of features in all lines. A row in the other one is converted
    // with the names of the baseline.
    enum class Shape { kAsSent, kArray, kObject };
    Shape features = Shape::kAsSent;

    // Features whose values are written as keyed hashes, by name.
    std::vector<std::string> hashed_features;
    // The secret of these hashes; shown nowhere.
    std::string hash_key;

    // ---- How files are cut and kept ----

    // The span of event time that one file holds; divides a day.
    std::chrono::minutes partition{15};

    // Files open at once: events of many partitions at a time (a backfill) cost no more
    // descriptors than this.
    std::size_t open_partitions = 16;

    // Files of partitions that ended this long ago are sealed: they can be shipped, and lines that
    // come later go to another one. Nothing: no file is.
    std::optional<std::chrono::minutes> seal_after;

    // Partitions older than this are deleted; 0 keeps them for ever.
    std::chrono::days retention{30};

    // When the tree is larger, the oldest closed partitions are deleted; 0 sets no bound.
    std::uint64_t retention_bytes = 0;
};

}  // namespace boxkited
