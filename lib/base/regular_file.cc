#include "base/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/unique_fd.h"

namespace boxkited {

namespace {

using Kind = ReadError::Kind;

Failure<ReadError> failed() { return Failure{ReadError{Kind::kSystem, errno}}; }
Failure<ReadError> refuse(Kind kind) { return Failure{ReadError{kind, 0}}; }

Result<std::size_t, ReadError> check_size(int fd, std::size_t most_bytes) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return failed();
    if (S_ISDIR(status.st_mode)) return refuse(Kind::kDirectory);
    if (!S_ISREG(status.st_mode)) return refuse(Kind::kNotRegular);
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > most_bytes) return refuse(Kind::kTooLarge);
    return size;
}

// The size that fstat() tells is not trusted: the file may grow, and those of /proc have none.
Result<std::string, ReadError> read_all(int fd, std::size_t size, std::size_t most_bytes) {
    constexpr std::size_t kLeastStep = 4096;
    std::string text(size + kLeastStep, '\0');
    std::size_t used = 0;
    for (;;) {
        if (text.size() - used < kLeastStep) text.resize(2 * text.size());
        const ssize_t got = ::read(fd, text.data() + used, text.size() - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed();
        if (got == 0) break;
        used += static_cast<std::size_t>(got);
        if (used > most_bytes) return refuse(Kind::kTooLarge);
    }
    text.resize(used);
    return text;
}

}  // namespace

std::string to_string(const ReadError& error) {
    switch (error.kind) {
        case Kind::kDirectory:
            return "is a directory";
        case Kind::kNotRegular:
            return "is not a regular file";
        case Kind::kTooLarge:
            return "is too large";
        case Kind::kSystem:
            break;
    }
    return std::generic_category().message(error.code);
}

Result<std::string, ReadError> read_regular_file(const std::filesystem::path& path,
                                                 std::size_t most_bytes) {
    const UniqueFd descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!descriptor) return failed();
    const auto size = check_size(descriptor.get(), most_bytes);
    if (!size) return Failure{size.error()};
    return read_all(descriptor.get(), *size, most_bytes);
}

}  // namespace boxkited
