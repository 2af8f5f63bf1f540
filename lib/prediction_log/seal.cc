#include "prediction_log/seal.h"

#include <array>
#include <utility>

#include "prediction_log/partition_path.h"

namespace boxkited {

namespace {

constexpr std::array<std::pair<Seal, std::string_view>, 2> kSuffixes{
    {{Seal::kSealed, ".sealed"}, {Seal::kShipped, ".shipped"}}};

}  // namespace

std::string seal_name(std::string_view file, Seal seal) {
    return std::string(file).append(kSuffixes[static_cast<std::size_t>(seal)].second);
}

std::optional<SealedFile> parse_seal_name(std::string_view name) {
    for (const auto& [seal, suffix] : kSuffixes) {
        if (!name.ends_with(suffix)) continue;
        const auto file = name.substr(0, name.size() - suffix.size());
        if (parse_file_name(file)) return SealedFile{file, seal};
    }
    return std::nullopt;
}

Result<void, IoError> seal_file(const std::filesystem::path& file, Storage& storage) {
    const auto path = file.parent_path() / seal_name(file.filename().native(), Seal::kSealed);
    if (const auto made = storage.open(path, Storage::Missing::kCreate); !made)
        return Failure{made.error()};
    return storage.sync_directory(file.parent_path());
}

}  // namespace boxkited
