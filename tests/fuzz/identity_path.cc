// Ids that are taken: their file lies in the folder of its date and nowhere else, and its name
// leads back. Four ids, one a line.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "prediction_log/partition_path.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boxkited;
    std::vector<std::string> ids(1);
    for (const char byte : std::string_view(reinterpret_cast<const char*>(data), size)) {
        if (byte == '\n')
            ids.emplace_back();
        else
            ids.back() += byte;
    }
    ids.resize(4);
    if (!std::all_of(ids.begin(), ids.end(), is_safe_name)) return 0;
    const Identity identity{ids[0], ids[1], ids[2], ids[3]};
    const Partition partition{std::chrono::minutes(28'576'155)};

    const auto writer = writer_name(identity);
    const auto root = endpoints_directory("/log");
    for (const unsigned number : {0U, 1U, 17U}) {
        const auto name = file_name(partition, writer, number);
        const auto path = root / identity.endpoint_id / date_name(partition) / name;
        REQUIRE_FUZZ(path == path.lexically_normal());
        REQUIRE_FUZZ(path.parent_path().parent_path().parent_path() == root);
        REQUIRE_FUZZ(path.filename() == name);
        REQUIRE_FUZZ(is_file_of(name, writer));
        REQUIRE_FUZZ(parse_file_name(name).has_value());
        REQUIRE_FUZZ(number == 0 || file_number(name) == number);
    }
    return 0;
}
