#include "table/log_folder.h"

#include <algorithm>

#include "base/utc_text.h"

namespace boxkited {

namespace {

namespace fs = std::filesystem;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::string_view kPacked = ".gz";

// "1315_logger-replica.txt", "1315_logger-replica.txt.gz"
bool is_partition(const std::string& name) {
    return name.size() > 5 && std::all_of(name.begin(), name.begin() + 4, is_digit) &&
           name[4] == '_' && (name.ends_with(".txt") || name.ends_with(".txt.gz"));
}

bool comes_before(const TableFile& a, const TableFile& b) { return a.path < b.path; }

// gzip(1) removes a file when the packed one is whole.
void drop_unfinished(std::vector<TableFile>& sorted) {
    const std::vector<TableFile> all = sorted;
    std::erase_if(sorted, [&](const TableFile& file) {
        if (!file.path.ends_with(kPacked)) return false;
        const TableFile plain{file.path.substr(0, file.path.size() - kPacked.size())};
        return std::binary_search(all.begin(), all.end(), plain, comes_before);
    });
}

}  // namespace

Result<std::vector<TableFile>, TableError> log_files(const fs::path& folder) {
    std::vector<TableFile> files;
    std::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        std::error_code vanished;
        if (is_partition(at->path().filename()) && at->is_regular_file(vanished))
            files.push_back({at->path(), true});
    }
    if (error) return Failure{TableError{shown_path(folder), 0, error.message()}};
    if (files.empty())
        return Failure{TableError{shown_path(folder), 0, "no prediction log in this folder"}};
    std::sort(files.begin(), files.end(), comes_before);
    drop_unfinished(files);
    return files;
}

Result<std::vector<TableFile>, TableError> table_files(const std::vector<std::string>& inputs) {
    std::vector<TableFile> files;
    for (const std::string& input : inputs) {
        std::error_code unknown;
        if (!fs::is_directory(input, unknown)) {
            files.push_back({input, day_of_partition(input).has_value()});
            continue;
        }
        const auto logged = log_files(input);
        if (!logged) return Failure{logged.error()};
        files.insert(files.end(), logged->begin(), logged->end());
    }
    return files;
}

std::optional<std::uint64_t> size_of_files(const std::vector<TableFile>& files) {
    std::uint64_t total = 0;
    for (const TableFile& file : files) {
        const auto size = input_size(file.path);
        if (!size) return std::nullopt;
        total += *size;
    }
    return total;
}

std::optional<std::chrono::sys_days> day_of_partition(const fs::path& file) {
    if (!is_partition(file.filename())) return std::nullopt;
    std::error_code error;
    const fs::path folder = fs::absolute(file, error).lexically_normal().parent_path();
    const auto begin = parse_rfc3339(folder.filename().string() + "T00:00:00Z");
    if (!begin) return std::nullopt;
    return std::chrono::floor<std::chrono::days>(*begin);
}

}  // namespace boxkited
