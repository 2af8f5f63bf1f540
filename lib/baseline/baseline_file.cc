#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/unique_fd.h"
#include "baseline/baseline.h"

namespace boxkited {

namespace {

constexpr std::size_t kLargestFile = 256ULL << 20;
constexpr const char* kTooLarge = "is larger than 256 MiB";

std::string error_text(int code) { return std::generic_category().message(code); }

Result<void, std::string> check_kind(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return Failure{error_text(errno)};
    if (S_ISDIR(status.st_mode)) return Failure{std::string("is a directory")};
    if (!S_ISREG(status.st_mode)) return Failure{std::string("is not a regular file")};
    if (static_cast<std::size_t>(status.st_size) > kLargestFile)
        return Failure{std::string(kTooLarge)};
    return {};
}

// The size that fstat() tells is not trusted: the file may grow, and those of /proc have none.
Result<std::string, std::string> read_all(int fd) {
    constexpr std::size_t kStep = 1 << 20;
    std::string text;
    std::size_t used = 0;
    for (;;) {
        if (text.size() - used < kStep) text.resize(std::max(2 * text.size(), 2 * kStep));
        const ssize_t got = ::read(fd, text.data() + used, text.size() - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return Failure{error_text(errno)};
        if (got == 0) break;
        used += static_cast<std::size_t>(got);
        if (used > kLargestFile) return Failure{std::string(kTooLarge)};
    }
    text.resize(used);
    return text;
}

// Kubernetes mounts files as symbolic links, so these are followed; a FIFO is not waited for.
Result<std::string, std::string> read_file(const std::filesystem::path& file) {
    const UniqueFd descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (descriptor.get() < 0) return Failure{error_text(errno)};
    if (auto checked = check_kind(descriptor.get()); !checked) return Failure{checked.error()};
    return read_all(descriptor.get());
}

}  // namespace

Result<Baseline, BaselineError> read_baseline(const std::filesystem::path& file) {
    const auto text = read_file(file);
    if (!text) return Failure{BaselineError{0, text.error()}};
    return parse_baseline(*text);
}

}  // namespace boxkited
