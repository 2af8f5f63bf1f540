#include "daemon/commands/drift_counter.h"

#include <algorithm>
#include <limits>

namespace boxkited {

namespace {

constexpr unsigned kShard = 0;

// JSON has no infinities, so the log has texts of them. A text column may have a bin for either.
void restore_infinity(Value& value) {
    if (value.kind != Value::Kind::kText) return;
    if (value.text != "Infinity" && value.text != "-Infinity") return;
    const double infinity = std::numeric_limits<double>::infinity();
    value = {Value::Kind::kNumber, value.text.front() == '-' ? -infinity : infinity, {}};
}

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
        const PredictionEvent& event = event_of(row, block);
        if (has_output_) count_null_outputs(observation);
        observation.stage(event);
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
    if (row.is_logged) restore_logged();
    return event_;
}

void DriftCounter::restore_logged() {
    for (PredictionEvent::Feature& feature : event_.features) restore_infinity(feature.value);
    if (!event_.output) return;
    restore_infinity(*event_.output);
    if (event_.output->kind != Value::Kind::kMissing) {
        has_output_ = true;
    } else if (!has_output_) {
        ++null_outputs_;
        event_.output.reset();
    }
}

// The log spells an output that was left out like one that was null. Where there are others a
// missing one is worth knowing; where there are none the model server sends features alone. Counted
// before the first of the others, so that bins are made in the order of the log.
void DriftCounter::count_null_outputs(Observation& observation) {
    constexpr std::uint64_t kBatch = 10'000;
    PredictionEvent event;
    event.output.emplace();
    for (; null_outputs_ > 0; --null_outputs_) {
        observation.stage(event);
        if (null_outputs_ % kBatch == 0) observation.commit();
    }
}

}  // namespace boxkited
