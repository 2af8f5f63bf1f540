#include "daemon/own_metrics.h"

#include <algorithm>

#include "daemon/metric_family.h"
#include "daemon/process_metrics.h"

namespace boxkited {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::string_view kPredictionsPath = "/v1/predictions";

void add(MetricFamily& to, std::uint64_t value, MetricLabels labels) {
    add_metric(to, static_cast<double>(value), std::move(labels));
}

prometheus::ClientMetric::Label label_of(std::string name, std::string_view value) {
    return {std::move(name), std::string(value)};
}

void append_log_families(const LogLedger& ledger, std::vector<MetricFamily>& out) {
    const auto counter = [&](std::string name, std::string help, std::uint64_t value) {
        out.push_back(single_metric(std::move(name), std::move(help), MetricType::Counter,
                                    static_cast<double>(value)));
    };
    const auto gauge = [&](std::string name, std::string help, std::uint64_t value) {
        out.push_back(single_metric(std::move(name), std::move(help), MetricType::Gauge,
                                    static_cast<double>(value)));
    };
    counter("boxkited_log_events_written_total", "Events written to files of the prediction log.",
            ledger.written);
    counter("boxkited_log_events_lost_total",
            "Accepted events that were given up before they were written.", ledger.lost);
    counter("boxkited_log_events_unlogged_total",
            "Accepted events that were counted only: the prediction log is off, or its sample "
            "leaves them out.",
            ledger.unlogged);
    counter("boxkited_log_values_omitted_total",
            "Values of features that have no place in the shape that the prediction log pins.",
            ledger.values_omitted);
    gauge("boxkited_log_queue_events", "Accepted events that are not in a file yet.",
          ledger.queued);
    gauge("boxkited_log_queue_bytes", "Bytes of lines that wait to be written or synced.",
          ledger.queue_bytes);
    gauge("boxkited_log_queue_capacity_bytes",
          "Bytes of lines that may wait; beyond it events are refused.",
          ledger.queue_capacity_bytes);
    counter("boxkited_log_written_bytes_total", "Bytes written to files of the prediction log.",
            ledger.written_bytes);
    counter("boxkited_log_torn_bytes_total",
            "Bytes of torn lines that were cut from the ends of files at start.",
            ledger.torn_bytes);
    gauge("boxkited_log_open_partitions", "Files of the prediction log that are open.",
          ledger.open_partitions);

    MetricFamily errors =
        make_family("boxkited_log_errors_total",
                    "Failed calls to the file system, by what was tried.", MetricType::Counter);
    for (const auto& [operation, count] : ledger.errors)
        add(errors, count, {label_of("operation", operation)});
    out.push_back(std::move(errors));
}

double age_of_oldest(const ShipLedger& shipped) {
    if (!shipped.oldest_end) return 0;
    const std::chrono::duration<double> age = SystemClock().now() - *shipped.oldest_end;
    return std::max(age.count(), 0.0);
}

void append_ship_families(const LogLedger& ledger, const ShipLedger& shipped,
                          std::vector<MetricFamily>& out) {
    const auto single = [&](std::string name, std::string help, MetricType type, double value) {
        out.push_back(single_metric(std::move(name), std::move(help), type, value));
    };
    single("boxkited_ship_files_total", "Log files that the object store has.", MetricType::Counter,
           static_cast<double>(shipped.files));
    single("boxkited_ship_bytes_total", "Bytes of these objects.", MetricType::Counter,
           static_cast<double>(shipped.bytes));
    single("boxkited_ship_backlog_files", "Closed log files that wait to be shipped.",
           MetricType::Gauge, static_cast<double>(shipped.waiting_files));
    single("boxkited_ship_backlog_bytes", "Bytes of closed log files that wait to be shipped.",
           MetricType::Gauge, static_cast<double>(shipped.waiting_bytes));
    single("boxkited_ship_oldest_seconds",
           "Time since the partition ended that waits longest to be shipped; 0 when none does.",
           MetricType::Gauge, age_of_oldest(shipped));
    single("boxkited_ship_deleted_unshipped_files_total",
           "Log files that retention deleted before they were shipped.", MetricType::Counter,
           static_cast<double>(ledger.unshipped_deleted));

    MetricFamily failures =
        make_family("boxkited_ship_failures_total", "Failed tries to ship a log file, by reason.",
                    MetricType::Counter);
    for (const ShipError::Reason reason : kShipReasons)
        add(failures, shipped.failures[static_cast<std::size_t>(reason)],
            {label_of("reason", label(reason))});
    out.push_back(std::move(failures));
}

MetricFamily not_counted_family(const NotCountedTally& tally) {
    MetricFamily made = make_family(
        "boxkited_values_not_counted_total",
        "Values that are not counted as themselves, and events whose features do not match "
        "the baseline, by reason.",
        MetricType::Counter);
    for (const NotCounted reason : kNotCountedReasons)
        add(made, tally[static_cast<std::size_t>(reason)], {label_of("reason", label(reason))});
    return made;
}

}  // namespace

Transport transport_of(const http::ListenerOptions& listener) {
    switch (listener.kind) {
        case http::ListenerOptions::Kind::kTcp:
            return Transport::kHttp;
        case http::ListenerOptions::Kind::kUnix:
            return Transport::kHttpUnix;
        case http::ListenerOptions::Kind::kLinesUnix:
            break;
    }
    return Transport::kNdjsonUnix;
}

OwnMetrics::OwnMetrics(const http::ServerOptions& options, std::string_view version)
    : threads_(options.threads) {
    auto& reloads = prometheus::BuildCounter()
                        .Name("boxkited_reloads_total")
                        .Help("Reloads of config and baseline, by result.")
                        .Register(registry_);
    reloads_good_ = &reloads.Add({{"result", "success"}});
    reloads_bad_ = &reloads.Add({{"result", "failure"}});

    auto& connections = prometheus::BuildGauge()
                            .Name("boxkited_connections")
                            .Help("Open connections, by listener.")
                            .Register(registry_);
    for (const auto& listener : options.listeners) {
        transports_.push_back(transport_of(listener));
        connections_.push_back(&connections.Add({{"listener", listener.address}}));
    }

    prometheus::BuildGauge()
        .Name("boxkited_build_info")
        .Help("The version that runs; the value is always 1.")
        .Register(registry_)
        .Add({{"version", std::string(version)}})
        .Set(1);
}

void OwnMetrics::measure(const std::vector<http::Route>& routes) {
    std::vector<std::string> paths;
    for (const http::Route& route : routes) paths.push_back(route.path);
    io_.emplace(threads_, paths);
}

void OwnMetrics::count_refusal(Transport transport, Refusal::Reason reason) {
    RefusalTally one{};
    one[static_cast<std::size_t>(reason)] = 1;
    count_refusals(transport, one);
}

void OwnMetrics::count_refusals(Transport transport, const RefusalTally& refusals) {
    auto& counts = refusals_[static_cast<std::size_t>(transport)];
    for (std::size_t i = 0; i < refusals.size(); ++i)
        if (refusals[i] > 0) counts[i].fetch_add(refusals[i], std::memory_order_relaxed);
}

void OwnMetrics::count_reload(bool succeeded) {
    (succeeded ? reloads_good_ : reloads_bad_)->Increment();
}

void OwnMetrics::connection_opened(std::size_t listener) { connections_[listener]->Increment(); }
void OwnMetrics::connection_closed(std::size_t listener) { connections_[listener]->Decrement(); }

void OwnMetrics::received(unsigned thread, std::size_t bytes) { io_->received(thread, bytes); }

void OwnMetrics::answered(unsigned thread, int route, int, std::chrono::nanoseconds duration) {
    io_->answered(thread, route, duration);
}

void OwnMetrics::refused(std::size_t listener, std::string_view path, int status) {
    if (path != kPredictionsPath) return;
    const auto why = [status] {
        switch (status) {
            case 401:
                return Refusal::Reason::kUnauthorized;
            case 413:
                return Refusal::Reason::kTooLarge;
            default:
                return Refusal::Reason::kBadRequest;
        }
    }();
    count_refusal(transports_[listener], why);
}

void OwnMetrics::line_refused(std::size_t listener, http::LineRefusal reason) {
    const auto why = [reason] {
        switch (reason) {
            case http::LineRefusal::kTooLong:
                return Refusal::Reason::kTooLarge;
            case http::LineRefusal::kCutOff:
                return Refusal::Reason::kCutOff;
            case http::LineRefusal::kNoMemory:
                break;
        }
        return Refusal::Reason::kQueueFull;
    }();
    count_refusal(transports_[listener], why);
}

MetricFamily OwnMetrics::events(const LogLedger& ledger) const {
    MetricFamily made =
        make_family("boxkited_events_total",
                    "Prediction events received, by the way they came and what became "
                    "of them.",
                    MetricType::Counter);
    for (const Transport transport : kTransports) {
        const auto at = static_cast<std::size_t>(transport);
        const auto way = label_of("transport", label(transport));
        add(made, ledger.accepted[at], {way, label_of("result", "accepted")});
        for (const Refusal::Reason reason : kRefusalReasons)
            add(made, refusals_[at][static_cast<std::size_t>(reason)].load(),
                {way, label_of("result", label(reason))});
    }
    return made;
}

std::vector<MetricFamily> OwnMetrics::collect(const LogLedger& ledger, const ShipLedger& shipped,
                                              const NotCountedTally& not_counted) const {
    std::vector<MetricFamily> families{events(ledger)};
    append_log_families(ledger, families);
    append_ship_families(ledger, shipped, families);
    families.push_back(not_counted_family(not_counted));
    for (MetricFamily& own : io_->collect()) families.push_back(std::move(own));
    for (MetricFamily& own : registry_.Collect()) families.push_back(std::move(own));
    append_process_families(families);
    return families;
}

}  // namespace boxkited
