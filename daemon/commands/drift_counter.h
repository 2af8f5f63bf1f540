#pragma once

#include <cstdint>
#include <optional>

#include "daemon/command_line.h"
#include "daemon/commands/drift_columns.h"
#include "monitor/live_distributions.h"
#include "table/table_reader.h"

namespace boxkited {

// Counts the rows of a table as the daemon counts events.
//
// Threads: one at a time.
class DriftCounter {
public:
    // Rows are events where `columns` is null.
    DriftCounter(LiveDistributions& live, const TableColumns& table, DriftColumns* columns,
                 const DriftFlags& flags);

    // All blocks of the table, in order. Where times are chosen, events have one.
    void take(const RowBlock& block);

    std::uint64_t rows() const { return rows_; }
    // Events before --since, or from --until on.
    std::uint64_t outside() const { return outside_; }
    // Of what was counted; nothing when no event had a time.
    const std::optional<WallTime>& first_time() const { return first_time_; }
    const std::optional<WallTime>& last_time() const { return last_time_; }

private:
    void take_cells(const RowBlock& block);
    void take_events(const RowBlock& block);
    bool is_asked_for(WallTime time) const;
    const PredictionEvent& event_of(const EventRow& row, const RowBlock& block);
    void restore_logged();
    void count_null_outputs(Observation& observation);

    LiveDistributions& live_;
    const std::size_t cells_;  // Of a row.
    DriftColumns* columns_;
    const std::optional<WallTime> since_;
    const std::optional<WallTime> until_;

    PredictionEvent event_;
    std::uint64_t rows_ = 0;
    std::uint64_t outside_ = 0;
    std::uint64_t null_outputs_ = 0;  // In the log, before the first output that is not null.
    bool has_output_ = false;         // In the log.
    std::optional<WallTime> first_time_;
    std::optional<WallTime> last_time_;
};

}  // namespace boxkited
