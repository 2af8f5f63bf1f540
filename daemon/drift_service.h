#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "daemon/drift_history.h"
#include "daemon/drift_settings.h"
#include "daemon/windows_file.h"
#include "drift/evaluation.h"
#include "exposition/distributions_text.h"
#include "exposition/drift_text.h"
#include "http/message.h"
#include "monitor/live_distributions.h"

namespace boxkited {

// Judges drift while the daemon runs: slides the windows, evaluates them once it is started and
// then at an interval, and keeps what came out for /metrics and /v1/drift. With a file the windows
// go on where an earlier process has left them.
//
// Threads: any thread may call any member; the work is done on threads of its own.
class DriftService {
public:
    // `limits` are those of `live`; `file` may be null.
    DriftService(const DriftSettings& settings, const MonitorLimits& limits,
                 LiveDistributions& live, const Clock& clock, WindowsFile* file);
    ~DriftService();

    // Begins to judge; the windows count from the constructor on. Once, before the first reload().
    void start();

    // Rendered at the last evaluation; null before the first one.
    std::shared_ptr<const DriftText> text() const { return texts_.lock()->drift; }

    // Runs `work` once, on the thread that judges, after the evaluation at hand or the first one:
    // there it keeps no I/O thread from its sockets. What has not run when this ends never does.
    void run_soon(std::function<void()> work);

    // What stands beside it on /metrics, packed. Null, or of another layout, for a while after the
    // start or a reload.
    std::shared_ptr<const DistributionsText> distributions() const {
        return texts_.lock()->distributions;
    }

    // The JSON of the last evaluation goes into the response, at once or when it is rendered: that
    // is done upon the first question after each evaluation.
    void answer(http::Response& response);

    // All bins in one window, and the past scores of one variable, as JSON, when the thread has
    // rendered it; 404 when there is no such window or variable.
    void answer_distributions(std::string window, http::Response& response);
    void answer_history(std::string metric_name, http::Response& response);

    // After each reload of `live`, before the next one: returns when the windows have followed and
    // are evaluated, by these rules.
    void reload(const DriftOptions& rules);

    // What the windows can hold at most, new bins included, in bytes.
    static std::size_t most_bytes(const DriftSettings& settings, const MonitorLimits& limits,
                                  const Layout& layout);

private:
    using Json = std::shared_ptr<const std::string>;
    struct Shared {
        std::optional<DriftOptions> new_rules;  // Until they are in force.
        std::vector<std::function<void()>> work;
        Json json;  // Of the last evaluation; null until somebody asks.
    };

    struct Texts {
        std::shared_ptr<const DistributionsText> distributions;
        std::shared_ptr<const DriftText> drift;
    };

    void run();
    void judge();
    void do_work();
    void show_drift();
    void begin_packing();
    bool has_packed_distributions(const Layout& layout) const;
    void pack_texts(const std::shared_ptr<const DriftLines>& lines, const std::stop_token& stop);
    void wait();
    void take_requests();
    bool is_stopping() const { return stop_.stop_requested(); }
    void settle_reload();
    void evaluate(MonotonicTime now, const LiveSnapshot& snapshot, WallTime at);
    Json rendered_json();
    Json rendered_distributions(const std::string& window);
    Json rendered_history(const std::string& metric_name) const;
    // The answer is what `render` gives on the thread, or 404 with `missing` when that is null.
    std::shared_ptr<http::Hold> hold(std::function<Json()> render, std::string missing);

    void restore(const MonitorLimits& limits);
    void save();

    const DriftSettings settings_;
    LiveDistributions& live_;
    const Clock& clock_;
    WindowsFile* const file_;

    // Of the thread alone.
    std::stop_token stop_;
    DriftOptions rules_;
    Windows windows_;
    std::unique_ptr<Evaluator> evaluator_;
    Evaluation evaluation_;
    std::shared_ptr<const DriftLines> lines_;         // Of the evaluation,
    std::shared_ptr<const PackedDriftLines> packed_;  // and they packed; null: not yet.
    DriftHistory history_;
    std::string shown_window_;  // The one that was asked for last,
    Json distributions_;        // and its bins at the last evaluation; null until somebody asks.
    MonotonicTime next_evaluation_;
    MonotonicTime next_save_;
    bool is_reloading_ = false;

    Guarded<Texts> texts_;
    Guarded<Shared> shared_;
    std::condition_variable changed_;   // For the thread,
    std::condition_variable reloaded_;  // and for who waits for it.
    // Last: they use all of the above.
    std::jthread packer_;  // Runs for a while after the start and after each reload.
    std::jthread thread_;
};

}  // namespace boxkited
