#include "daemon/commands/drift_counter.h"

#include <algorithm>

namespace boxkited {

namespace {

constexpr unsigned kShard = 0;

}  // namespace

DriftCounter::DriftCounter(LiveDistributions& live, const TableColumns& table,
                           DriftColumns* columns, const DriftFlags& flags)
    : live_(live),
      cells_(table.names.size()),
      columns_(columns),
      since_(flags.since),
      until_(flags.until) {}

void DriftCounter::take(const RowBlock& block) {
    if (columns_ == nullptr) {
        take_events(block);
    } else {
        take_cells(block);
    }
}

void DriftCounter::take_cells(const RowBlock& block) {
    auto observation = live_.begin(kShard);
    const Cell* row = block.cells.data();
    for (std::size_t i = 0; i < block.rows(); ++i, row += cells_)
        observation.stage(columns_->event_of(row));
    observation.commit();
    rows_ += block.rows();
}

void DriftCounter::take_events(const RowBlock& block) {
    auto observation = live_.begin(kShard);
    for (std::size_t i = 0; i < block.rows(); ++i) {
        const EventRow& row = block.events[i];
        if (row.time && !is_asked_for(*row.time)) {
            ++outside_;
            continue;
        }
        observation.stage(event_of(row, block));
        ++rows_;
        if (!row.time) continue;
        first_time_ = std::min(first_time_.value_or(*row.time), *row.time);
        last_time_ = std::max(last_time_.value_or(*row.time), *row.time);
    }
    observation.commit();
}

bool DriftCounter::is_asked_for(WallTime time) const {
    return (!since_ || time >= *since_) && (!until_ || time < *until_);
}

const PredictionEvent& DriftCounter::event_of(const EventRow& row, const RowBlock& block) {
    const auto first = block.features.begin() + static_cast<std::ptrdiff_t>(row.first_feature);
    event_.features.assign(first, first + static_cast<std::ptrdiff_t>(row.kept_features));
    event_.feature_count = row.feature_count;
    event_.features_are_named = row.are_named;
    event_.features_json = row.has_features ? "[]" : "";  // Whether there are any.
    event_.output = row.output;
    if (row.is_logged && row.output) {
        const bool is_null = row.output->kind == Value::Kind::kMissing;
        has_output_ = has_output_ || !is_null;
        null_outputs_ += is_null ? 1 : 0;
        if (is_null) event_.output.reset();
    }
    return event_;
}

// The log spells an output that was left out like one that was null. Where there are others a
// missing one is worth knowing; where there are none the model server sends features alone.
void DriftCounter::finish() {
    if (!has_output_) return;
    constexpr std::uint64_t kBatch = 10'000;
    PredictionEvent event;
    event.output.emplace();
    auto observation = live_.begin(kShard);
    while (null_outputs_ > 0) {
        const std::uint64_t batch = std::min(null_outputs_, kBatch);
        for (std::uint64_t i = 0; i < batch; ++i) observation.stage(event);
        observation.commit();
        null_outputs_ -= batch;
    }
}

}  // namespace boxkited
