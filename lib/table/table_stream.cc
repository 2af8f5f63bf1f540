#include "table/table_stream.h"

namespace boxkited {

TableStream::TableStream(TableReader& reader) : reader_(reader) {
    auto state = state_.lock();
    for (RowBlock& block : blocks_) state->free.push_back(&block);
    thread_ = std::jthread([this] { run(); });
}

TableStream::~TableStream() {
    state_.lock()->is_stopped = true;
    changed_.notify_all();
}

Result<const RowBlock*, TableError> TableStream::next() {
    auto state = state_.lock();
    if (used_ != nullptr) state->free.push_back(used_);
    used_ = nullptr;
    changed_.notify_all();
    changed_.wait(state.lock(),
                  [&] { return !state->ready.empty() || state->error || state->is_at_end; });
    if (!state->ready.empty()) {
        used_ = state->ready.front();
        state->ready.erase(state->ready.begin());
        return used_;
    }
    if (state->error) return Failure{*state->error};
    return nullptr;
}

void TableStream::run() {
    for (;;) {
        RowBlock* const block = take_free();
        if (block == nullptr) return;
        if (!hand_over(block, reader_.next(*block))) return;
    }
}

// Null when nobody wants any more.
RowBlock* TableStream::take_free() {
    auto state = state_.lock();
    changed_.wait(state.lock(), [&] { return !state->free.empty() || state->is_stopped; });
    if (state->is_stopped) return nullptr;
    RowBlock* const block = state->free.back();
    state->free.pop_back();
    return block;
}

// False when there is nothing to read any more.
bool TableStream::hand_over(RowBlock* block, const Result<bool, TableError>& read) {
    const bool more = read && *read;
    {
        auto state = state_.lock();
        if (more)
            state->ready.push_back(block);
        else if (read)
            state->is_at_end = true;
        else
            state->error = read.error();
    }
    changed_.notify_all();
    return more;
}

}  // namespace boxkited
