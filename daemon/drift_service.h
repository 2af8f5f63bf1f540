#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/storage.h"
#include "daemon/drift_settings.h"
#include "drift/evaluation.h"
#include "event/identity.h"
#include "exposition/drift_text.h"
#include "http/message.h"
#include "monitor/live_distributions.h"

namespace boxkited {

// Judges drift while the daemon runs: slides the windows, evaluates them at once and then at an
// interval, and keeps what came out for /metrics and /v1/drift. With a state directory the windows
// go on where an earlier process has left them.
//
// Threads: any thread may call any member; the work is done on a thread of its own.
class DriftService {
public:
    DriftService(const DriftSettings& settings, const Identity& identity, LiveDistributions& live,
                 const Clock& clock, Storage& storage);
    ~DriftService();

    // Rendered at the last evaluation.
    std::shared_ptr<const DriftText> text() const { return *text_.lock(); }

    // The JSON of the last evaluation goes into the response, at once or when it is rendered: that
    // is done upon the first question after each evaluation.
    void answer(http::Response& response);

    // After a reload: evaluates at once, by these rules.
    void reload(const DriftOptions& rules);

    // Saves the windows and ends. False when the disk of the state directory hangs at `deadline`:
    // then this object can no longer be destroyed.
    bool stop(MonotonicTime deadline);

private:
    using Json = std::shared_ptr<const std::string>;
    struct Waiter {
        std::shared_ptr<Guarded<Json>> json;
        std::function<void()> wake;
    };
    struct Shared {
        bool stopping = false;
        bool stopped = false;
        std::optional<DriftOptions> new_rules;
        std::vector<Waiter> waiters;
        Json json;  // Of the last evaluation; null until somebody asks.
    };

    void run();
    void judge();
    void wait();
    bool take_requests();
    void evaluate(MonotonicTime now, const LiveSnapshot& snapshot);
    void render_json();
    std::shared_ptr<http::Hold> hold();

    std::filesystem::path state_file() const;
    void restore();
    void save();

    const DriftSettings settings_;
    const Identity identity_;
    LiveDistributions& live_;
    const Clock& clock_;
    Storage& storage_;

    // Of the thread alone.
    DriftOptions rules_;
    Windows windows_;
    std::unique_ptr<Evaluator> evaluator_;
    Evaluation evaluation_;
    MonotonicTime next_evaluation_;
    MonotonicTime next_save_;

    Guarded<std::shared_ptr<const DriftText>> text_;
    Guarded<Shared> shared_;
    std::condition_variable changed_;  // For the thread,
    std::condition_variable stopped_;  // and for who waits for its end.
    std::jthread thread_;              // Last: it uses all of the above.
};

}  // namespace boxkited
