// A file that a crash has left: recovery keeps its whole lines, and nothing but padding behind
// them; a second one finds nothing to cut, nor does one after the next line was written. A zero at
// the end of the input stands for many, as a file shows that grew without its data: the input is
// then read in more than one window.
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "base/log.h"
#include "fuzz/fuzz.h"
#include "prediction_log/partition_path.h"
#include "prediction_log/recovery.h"
#include "support/temporary_directory.h"

namespace {

using namespace boxkited;

constexpr std::size_t kMany = 64 << 10;

// One file of the log, alone in its folder.
class LogFile {
public:
    LogFile() { log::configure(log::Level::kOff, log::Format::kLogfmt); }

    void write(std::string_view bytes) { write_file(path_, bytes); }
    std::string bytes() const { return read_file(path_); }
    // How many bytes were cut off.
    std::uint64_t recover() {
        const auto before = queue_.ledger().torn_bytes;
        recover_files(path_.parent_path().parent_path(), kWriter, false, clock_, storage_, queue_);
        return queue_.ledger().torn_bytes - before;
    }

private:
    static constexpr std::string_view kWriter = "logger-replica";

    const TemporaryDirectory directory_;
    const std::filesystem::path path_ =
        directory_ / date_name(Partition()) / file_name(Partition(), kWriter, 0);
    const PredictionLogOptions options_;
    const SystemClock clock_;
    DiskStorage storage_;
    LineQueue queue_{options_, clock_};
};

bool is_whole(std::string_view line) {
    return line.starts_with(R"({"prediction_id":)") && line.ends_with('}') &&
           std::none_of(line.begin(), line.end(),
                        [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

// What recovery is to keep, found from the front.
std::string_view kept_of(std::string_view bytes) {
    std::size_t lines_end = 0;
    std::size_t begin = 0;
    for (auto end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n', begin)) {
        if (is_whole(bytes.substr(begin, end - begin))) lines_end = end + 1;
        begin = end + 1;
    }
    const bool is_padded = bytes.find_first_not_of('\n', lines_end) == bytes.npos;
    return is_padded ? bytes : bytes.substr(0, lines_end);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static LogFile file;
    std::string before(reinterpret_cast<const char*>(data), size);
    if (before.ends_with('\0')) before.append(kMany - size % kMany / 2, '\0');
    const std::string kept(kept_of(before));
    file.write(before);

    REQUIRE_FUZZ(file.recover() == before.size() - kept.size());
    REQUIRE_FUZZ(file.bytes() == kept);
    REQUIRE_FUZZ(file.recover() == 0);

    const std::string longer = kept + "{\"prediction_id\":\"next\"}\n";
    file.write(longer);
    REQUIRE_FUZZ(file.recover() == 0);
    REQUIRE_FUZZ(file.bytes() == longer);
    return 0;
}
