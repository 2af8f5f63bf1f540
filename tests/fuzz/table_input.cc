// A table, CSV or NDJSON: it has the same columns and rows whatever size the pieces have in which
// it is read, and it is refused in all of them or in none. Which of several faults is told depends
// on how many rows are looked at together.
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzz.h"
#include "table/table_reader.h"

namespace {

using namespace boxkited;

// A file of this process, which is gone when it ends.
class TemporaryInput {
public:
    TemporaryInput() : path_(std::filesystem::temp_directory_path() / name()) {}
    ~TemporaryInput() { std::filesystem::remove(path_); }
    const std::string& path() const { return path_; }
    void write(const std::uint8_t* data, std::size_t size) {
        std::FILE* const file = std::fopen(path_.c_str(), "wb");
        REQUIRE_FUZZ(file != nullptr && std::fwrite(data, 1, size, file) == size);
        REQUIRE_FUZZ(std::fclose(file) == 0);
    }

private:
    static std::string name() { return "boxkited-fuzz-" + std::to_string(::getpid()); }
    const std::string path_;
};

// All that is told of the table; nothing when it is refused.
std::optional<std::vector<std::string>> read(const std::string& path, std::size_t block_bytes) {
    TableReader reader({{path}}, {.block_bytes = block_bytes, .row_bytes = 1 << 12});
    std::vector<std::string> told;
    const auto columns = reader.open();
    if (!columns) return std::nullopt;
    for (const std::string& name : columns->names) told.push_back(name);
    RowBlock block;
    for (;;) {
        const auto more = reader.next(block);
        // Rows before a bad one may have been given, or not: the whole is worth nothing.
        if (!more) return std::nullopt;
        if (!*more) return told;
        for (const Cell& cell : block.cells)
            told.push_back(std::to_string(static_cast<int>(cell.kind)) + std::string(cell.text) +
                           std::to_string(cell.number));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // CSV and NDJSON are told apart by what the first piece holds behind its space, and no piece of
    // the daemon's is this small.
    constexpr std::size_t kPiece = 16;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text.find_first_not_of(" \t\r\n") != 0) return 0;
    static TemporaryInput file;
    file.write(data, size);
    REQUIRE_FUZZ(read(file.path(), 1 << 16) == read(file.path(), kPiece));
    return 0;
}
