#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/storage.h"
#include "event/identity.h"
#include "prediction_log/prediction_log.h"
#include "shipping/backlog.h"
#include "shipping/credentials.h"
#include "shipping/http_client.h"
#include "shipping/object_store.h"
#include "shipping/pause.h"
#include "shipping/ship_error.h"
#include "shipping/ship_options.h"

namespace boxkited {

// What became of the files that were to be shipped.
struct ShipLedger {
    std::uint64_t files = 0;  // The store has them.
    std::uint64_t bytes = 0;  // Of these objects.
    std::array<std::uint64_t, kShipReasons.size()> failures{};

    // Of files that wait, as of the last look.
    std::uint64_t waiting_files = 0;
    std::uint64_t waiting_bytes = 0;
    std::optional<WallTime> oldest_end;  // Of the partition that waits longest.
};

// Ships sealed files of the prediction log to an S3-compatible store:
//
//     1315_model-pod.txt.sealed  --> {prefix}/models/predictions/iris/2024-05-01/1315_model-pod.txt
//
// and takes each away, or gives it the seal of those that are shipped, once the store has said that
// it holds just these bytes. Nothing in the store is ever overwritten but what an earlier try of
// the same file left there: where a key holds other lines, the file gets the next number that is
// free. So a file that was sent and not settled, since the process ended, is found again.
//
// A store that fails is asked again after a pause that grows; files wait on the disk meanwhile, and
// nobody waits for this thread.
//
// Threads: any thread may call any member.
class Shipper {
public:
    // `identity` is that of the log, whose lock keeps others from these files.
    Shipper(const ShipOptions& options, PredictionLog& log, const Identity& identity,
            const Variables& variables, const Clock& clock, Storage& storage);
    // Waits for the thread. A disk that hangs holds it.
    ~Shipper();

    ShipLedger ledger() const { return state_.lock()->ledger; }
    // Why files are not shipped right now, empty when they are.
    std::string trouble() const { return state_.lock()->trouble; }

    // Ends what is at hand: a request at once. False when the disk hangs at the deadline: then this
    // object can no longer be destroyed.
    bool stop(MonotonicTime deadline);

private:
    struct State {
        ShipLedger ledger;
        std::string trouble;
        bool is_woken = true;
        bool is_stopping = false;
        bool has_ended = false;
    };

    void run();
    void wake();
    bool wait();
    void pass();
    Result<std::vector<WaitingFile>, ShipError> look();
    Result<void, ShipError> ship(const WaitingFile& file);
    // How many bytes the object has.
    Result<std::uint64_t, ShipError> send(File& file, const WaitingFile& waiting);
    Result<ObjectFacts, ShipError> measure(File& file, const WaitingFile& waiting);
    Result<std::uint64_t, ShipError> store(const WaitingFile& file, ObjectBody& body,
                                           const ObjectFacts& facts);
    std::string key_of(const WaitingFile& file, unsigned number) const;
    void note_shipped(const WaitingFile& file, std::uint64_t bytes);
    void note_failure(const ShipError& error);
    void note_no_trouble();
    bool is_stopping() const { return state_.lock()->is_stopping; }

    const ShipOptions options_;
    PredictionLog& log_;
    const std::string endpoint_id_;
    const std::string writer_;
    const Clock& clock_;
    Storage& storage_;

    HttpClient http_;
    CredentialsSource credentials_;
    ObjectStore store_;
    Backlog backlog_;
    Pause pause_;
    MonotonicTime retry_at_{};         // Nothing is sent before.
    std::set<WaitingFile> too_large_;  // Known to be, without packing them again.
    // Of the objects of a partition the last one stored: those before it need not be asked for.
    std::map<Partition, unsigned> last_numbers_;

    Guarded<State> state_;
    std::condition_variable changed_;
    std::jthread thread_;  // Last: it uses all of the above.
};

}  // namespace boxkited
