#pragma once

#include <condition_variable>
#include <optional>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "table/table_reader.h"

namespace boxkited {

// Reads a table ahead on a thread of its own, while its rows are used on another. They come in
// their order, whatever the two are at.
//
// Threads: one at a time. The thread it starts is joined by the destructor.
class TableStream {
public:
    // `reader` is open, and used by nobody else until this object ends.
    explicit TableStream(TableReader& reader);
    ~TableStream();

    // The next rows, which hold until the next call; null at the end of the table.
    Result<const RowBlock*, TableError> next();

private:
    static constexpr std::size_t kBlocks = 3;  // One is used, one is ready, one is being filled.

    struct State {
        std::vector<RowBlock*> ready;  // Oldest first.
        std::vector<RowBlock*> free;
        std::optional<TableError> error;  // Behind those that are ready.
        bool is_at_end = false;
        bool is_stopped = false;
    };

    void run();
    RowBlock* take_free();
    bool hand_over(RowBlock* block, const Result<bool, TableError>& read);

    TableReader& reader_;
    RowBlock blocks_[kBlocks];
    RowBlock* used_ = nullptr;
    Guarded<State> state_;
    std::condition_variable changed_;
    std::jthread thread_;
};

}  // namespace boxkited
