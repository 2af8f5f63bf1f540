#include "daemon/memory_bound.h"

#include <algorithm>
#include <numeric>

#include "daemon/drift_history.h"
#include "drift/evaluation.h"
#include "http/http_session.h"
#include "monitor/windows.h"
#include "prediction_log/line_memory.h"

// Every part is what an adversary could make it, all at the same time. Factors are of vectors and
// strings that grow: while one moves, the old and the new are both there.

namespace boxkited {

namespace {

constexpr std::uint64_t kKiB = 1 << 10;
constexpr std::uint64_t kMiB = 1 << 20;

// Code, libraries, stacks, counters, what the allocator rounds up.
constexpr std::uint64_t kProcess = 20 * kMiB;
// Stack that is used, and the allocator's arena.
constexpr std::uint64_t kThread = kMiB;
// The log writer, the drift thread, the one that packs, the one of the windows file, the main one.
constexpr std::uint64_t kOtherThreads = 5;

// A line may end just behind the middle of a block, so that the next one begins another.
std::uint64_t queue_bytes(const PredictionLogOptions& log) {
    constexpr std::uint64_t kBlocksBegun = 2;
    if (!log.enabled) return 0;
    return 2 * log.queue_bytes +
           kBlocksBegun * LineBlock::mapped_bytes(LineMemory::block_bytes_for(log.queue_bytes));
}

// A session, its registrations, the receipts of a kernel that has nothing to say, and the small
// answer that even a server without memory gives; answers held back beyond what is counted of them.
// TLS is at rest with 15 KiB. It takes most within a handshake whose first message is as long as
// OpenSSL allows, 128 KiB.
std::uint64_t connections_bytes(const http::ServerOptions& http) {
    constexpr std::uint64_t kRegistrations = 1 * kKiB;
    constexpr std::uint64_t kSmallAnswer = 6 * kKiB;
    constexpr std::uint64_t kTls = 192 * kKiB;
    const bool has_tls = std::any_of(http.listeners.begin(), http.listeners.end(),
                                     [](const auto& listener) { return listener.tls.has_value(); });
    return http.connections *
           (sizeof(http::HttpSession) + kRegistrations + kSmallAnswer + (has_tls ? kTls : 0));
}

// Largest when all bytes of a body are features by name that the baseline does not know: each has
// at least seven, and there are four tokens of it, the feature itself and its place among the names
// that were met. Beside that stand the body once decompressed, the strict text of its values and
// the log line of them.
constexpr std::uint64_t kDecodedPerByte = 24;

// What is no part of an event in its log line, its place in a batch, and its id in the answer.
std::uint64_t line_frame_bytes(const DaemonOptions& options) {
    constexpr std::uint64_t kFrame = 512;
    return kFrame + 3 * options.identity.server_id.size();
}

// The slots that the values of a body count in. One of a feature in array form takes two bytes; a
// category waits with its name.
std::uint64_t staged_bytes(const DaemonOptions& options, const Layout& layout, std::uint64_t body) {
    constexpr std::uint64_t kSlot = 24;
    constexpr std::uint64_t kName = 80;
    const std::uint64_t values =
        std::min<std::uint64_t>(body / 2, options.ingest.batch_events * layout.variables().size());
    return values * (most_new_bins(options.monitor, layout) > 0 ? kName : kSlot);
}

// Features in another form than the one that was sent, and the lines of them: as many as the queue
// can hold, and one.
std::uint64_t formed_bytes(const DaemonOptions& options, const Layout& layout, std::uint64_t body) {
    constexpr std::uint64_t kPlace = 24;        // Where each value of an array goes.
    constexpr std::uint64_t kHashPerByte = 18;  // `1,` becomes 34 bytes and a comma.
    const PredictionLogOptions& log = options.prediction_log;
    const bool pins = log.features != PredictionLogOptions::Shape::kAsSent;
    if (!log.enabled || (!pins && log.hashed_features.empty())) return 0;
    std::uint64_t one = log.hashed_features.empty() ? body : kHashPerByte * body;
    if (pins)
        for (const BaselineVariable& variable : layout.baseline().variables)
            one += 6 * variable.feature_name.size() + sizeof(R"("":null,)") + kPlace;
    return 2 * (one + log.queue_bytes + one);
}

std::uint64_t largest_body(const DaemonOptions& options) {
    const std::uint64_t body = options.http.body_bytes;
    return options.prediction_log.enabled
               ? std::min<std::uint64_t>(body, options.prediction_log.queue_bytes)
               : body;
}

// One request at a time, in each thread; and what is read from several connections before it is
// counted, which is in buffers of 256 KiB or in the bodies of large requests.
std::uint64_t threads_bytes(const DaemonOptions& options, const Layout& layout) {
    constexpr std::uint64_t kBuffers = 4 * kMiB;  // To receive, to answer, spare; known headers.
    constexpr std::uint64_t kNotCountedYet = 4 * kMiB;
    const std::uint64_t body = largest_body(options);
    const std::uint64_t events =
        std::min<std::uint64_t>(options.ingest.batch_events, body / sizeof(R"({"output":1})"));
    const std::uint64_t each = kThread + kBuffers + kNotCountedYet + body * (1 + kDecodedPerByte) +
                               events * line_frame_bytes(options) +
                               staged_bytes(options, layout, body) +
                               formed_bytes(options, layout, body);
    return options.http.threads * each + kOtherThreads * kThread;
}

std::uint64_t slots_of(const DaemonOptions& options, const Layout& layout) {
    return layout.slots() + most_new_bins(options.monitor, layout);
}

// Counts of each thread and the sum of them that a scrape or an evaluation takes. Names of new bins
// are known to each thread and to all, and stand in snapshots.
std::uint64_t live_bytes(const DaemonOptions& options, const Layout& layout) {
    constexpr std::uint64_t kNamePlace = 120;
    const std::uint64_t holders = 2 * std::uint64_t{options.http.threads} + 6;
    const std::uint64_t name = options.monitor.bin_name_bytes + kNamePlace;
    return holders * (slots_of(options, layout) * sizeof(std::uint64_t) +
                      most_new_bins(options.monitor, layout) * name);
}

// Twice: as the file that is saved, and as it waits to be.
std::uint64_t windows_bytes(const DaemonOptions& options, const Layout& layout) {
    const std::uint64_t most =
        Windows::most_bytes(options.drift.windows.size(), slots_of(options, layout));
    return options.drift.state_directory.empty() ? most : 3 * most;
}

// ---- What a baseline is rendered to ----

// Bytes of the labels of its buckets or bins.
std::uint64_t label_bytes(const BaselineVariable& variable) {
    const auto sum = [](const auto& items, const auto& size) {
        return std::accumulate(
            items.begin(), items.end(), std::uint64_t{0},
            [&](std::uint64_t before, const auto& item) { return before + size(item); });
    };
    if (variable.is_numeric())
        return sum(variable.numeric().buckets, [](const auto& bucket) { return bucket.le.size(); });
    return sum(variable.category().bins, [](const auto& bin) { return bin.name.size(); });
}

// A line for each bucket or bin in both families of the variable, and one that says which bucket is
// below which.
std::uint64_t lines_bytes(const BaselineVariable& variable, std::uint64_t slots) {
    constexpr std::uint64_t kFamilies = 3;
    constexpr std::uint64_t kLine = 56;  // Suffixes, braces, the number.
    constexpr std::uint64_t kHeads = 1 * kKiB;
    return kHeads + 8 * variable.help.size() +
           kFamilies *
               ((slots + 2) * (variable.metric_name.size() + kLine) + 2 * label_bytes(variable));
}

// A line for each statistic and for each of the other drift families.
std::uint64_t drift_lines_bytes(const BaselineVariable& variable) {
    constexpr std::uint64_t kLines = 11;
    constexpr std::uint64_t kLine = 160;
    return kLines * (kLine + variable.metric_name.size() + variable.name().size());
}

std::uint64_t text_bytes(const DaemonOptions& options, const Layout& layout) {
    const std::uint64_t windows = options.drift.windows.size() + 1;
    std::uint64_t bytes = 64 * kKiB;  // What the daemon counts of itself.
    for (std::size_t i = 0; i < layout.variables().size(); ++i) {
        const BaselineVariable& variable = layout.baseline().variables[i];
        bytes += lines_bytes(variable, layout.variables()[i].slots) +
                 windows * drift_lines_bytes(variable);
    }
    return bytes;
}

// The baseline as read and as laid out, with the text it is read from; for as long as a reload
// takes, the old one too.
std::uint64_t baseline_bytes(const Layout& layout) {
    constexpr std::uint64_t kSlot = 160;
    constexpr std::uint64_t kVariable = 1 * kKiB;
    std::uint64_t bytes = 2 * kMiB;
    for (const BaselineVariable& variable : layout.baseline().variables)
        bytes += kVariable + 4 * label_bytes(variable) + 6 * variable.help.size();
    return 2 * (bytes + layout.slots() * kSlot);
}

// The text, its units and their deflated form, which is made with the plain one beside it, and all
// of it anew while a reload has the old one still in use.
std::uint64_t texts_bytes(const DaemonOptions& options, const Layout& layout) {
    constexpr std::uint64_t kWhilePacking = 5;
    return kWhilePacking * text_bytes(options, layout);
}

// Two answers of each thread that are still without their place in limits.memory_bytes: the text
// and the values of it, or the text that is deflated; lines of new bins among them.
std::uint64_t scrapes_bytes(const DaemonOptions& options, const Layout& layout) {
    constexpr std::uint64_t kNewBinLine = 128;
    const std::uint64_t text =
        text_bytes(options, layout) +
        most_new_bins(options.monitor, layout) * (kNewBinLine + options.monitor.bin_name_bytes);
    return 2 * options.http.threads * text;
}

// All bins of a window as JSON: the text that is kept, the one that is being made, and while that
// grows once more. Names may be escaped, six bytes for one.
std::uint64_t distributions_json_bytes(const DaemonOptions& options, const Layout& layout) {
    constexpr std::uint64_t kTexts = 3;
    constexpr std::uint64_t kVariable = 2 * kKiB;
    constexpr std::uint64_t kNumbers = 80;  // Of a bin: two counts and what it contributes.
    constexpr std::uint64_t kEscaped = 6;
    std::uint64_t bytes =
        slots_of(options, layout) * kNumbers +
        most_new_bins(options.monitor, layout) * kEscaped * options.monitor.bin_name_bytes;
    for (const BaselineVariable& variable : layout.baseline().variables)
        bytes += kVariable + kEscaped * (label_bytes(variable) + variable.name().size());
    return kTexts * bytes;
}

std::uint64_t history_bytes(const DaemonOptions& options, const Layout& layout) {
    return DriftHistory::most_bytes(options.drift.windows.size() + 1, layout.variables().size());
}

// The one that is shown, the one that is being made, what training says to them, and the JSON.
std::uint64_t evaluation_bytes(const DaemonOptions& options, const Layout& layout) {
    constexpr std::uint64_t kJson = 6 * kKiB;
    const std::uint64_t windows = options.drift.windows.size() + 1;
    const std::uint64_t each = layout.variables().size() * sizeof(VariableDrift) +
                               slots_of(options, layout) * sizeof(std::uint64_t);
    return windows * (2 * each + layout.variables().size() * kJson) +
           layout.slots() * 3 * sizeof(double) + distributions_json_bytes(options, layout);
}

// libcurl with TLS, its buffers, and a packer of zstd at its default level.
std::uint64_t shipping_bytes(const DaemonOptions& options) {
    constexpr std::uint64_t kShipping = 16 * kMiB;
    return options.ship.enabled() ? kShipping : 0;
}

}  // namespace

std::uint64_t MemoryBound::total() const {
    return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const Part& part) { return sum + part.bytes; });
}

std::uint64_t most_new_bins(const MonitorLimits& limits, const Layout& layout) {
    const auto& variables = layout.baseline().variables;
    const auto discrete = static_cast<std::uint64_t>(std::count_if(
        variables.begin(), variables.end(), [](const auto& each) { return !each.is_numeric(); }));
    // Behind the limits each has one bin more, for all the rest.
    return std::min<std::uint64_t>(limits.new_bins_total, discrete * limits.bins_per_feature) +
           discrete;
}

MemoryBound memory_bound(const DaemonOptions& options, const Layout& layout) {
    return {{{"process", kProcess},
             {"queue", queue_bytes(options.prediction_log)},
             {"bodies_and_answers", options.http.memory_bytes},
             {"connections", connections_bytes(options.http)},
             {"threads", threads_bytes(options, layout)},
             {"live_counts", live_bytes(options, layout)},
             {"windows", windows_bytes(options, layout)},
             {"baseline", baseline_bytes(layout)},
             {"texts", texts_bytes(options, layout)},
             {"scrapes", scrapes_bytes(options, layout)},
             {"evaluation", evaluation_bytes(options, layout)},
             {"history", history_bytes(options, layout)},
             {"shipping", shipping_bytes(options)}}};
}

}  // namespace boxkited
