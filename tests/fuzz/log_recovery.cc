// A file that a crash has left: what is cut off leaves whole lines that were there before, nothing
// but padding is kept behind them, and a second look finds nothing more to cut.
#include <algorithm>
#include <cstring>
#include <string>

#include "fuzz/fuzz.h"
#include "prediction_log/line_tail.h"

namespace {

using namespace boxkited;

// A file that lies in memory.
class MemoryFile final : public File {
public:
    explicit MemoryFile(std::string bytes) : bytes_(std::move(bytes)) {}

    Result<std::size_t, IoError> append(std::string_view bytes) override {
        bytes_ += bytes;
        return bytes.size();
    }
    Result<std::size_t, IoError> read_at(std::uint64_t offset, char* buffer,
                                         std::size_t size) override {
        const auto begin = std::min<std::size_t>(offset, bytes_.size());
        const auto count = std::min(size, bytes_.size() - begin);
        std::memcpy(buffer, bytes_.data() + begin, count);
        return count;
    }
    Result<std::uint64_t, IoError> size() override { return bytes_.size(); }
    Result<void, IoError> truncate(std::uint64_t size) override {
        bytes_.resize(size);
        return {};
    }
    Result<void, IoError> sync() override { return {}; }
    Result<bool, IoError> is_still_at_its_path() override { return true; }

    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

LineTail tail_of(MemoryFile& file) {
    const auto tail = find_line_tail(file);
    REQUIRE_FUZZ(tail.has_value());
    return *tail;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string before(reinterpret_cast<const char*>(data), size);
    MemoryFile file(before);

    const LineTail tail = tail_of(file);
    REQUIRE_FUZZ(tail.size == size);
    REQUIRE_FUZZ(tail.lines_end <= size);
    REQUIRE_FUZZ(tail.lines_end == 0 || before[tail.lines_end - 1] == '\n');
    const auto behind = std::string_view(before).substr(tail.lines_end);
    REQUIRE_FUZZ(tail.padding == (behind.find_first_not_of('\n') == behind.npos));

    (void)file.truncate(tail.lines_end);
    const LineTail again = tail_of(file);
    REQUIRE_FUZZ(again.lines_end == tail.lines_end);
    REQUIRE_FUZZ(again.torn_bytes() == 0);
    (void)file.append("{\"prediction_id\":\"next\"}\n");
    REQUIRE_FUZZ(tail_of(file).lines_end == file.bytes().size());
    return 0;
}
