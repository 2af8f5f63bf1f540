#include "table/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace boxkited {

namespace {

constexpr std::size_t kPackedBytes = 64 << 10;
constexpr char kGzipMagic[] = {'\x1f', '\x8b'};

Failure<std::string> failed(int code = errno) {
    return Failure{std::generic_category().message(code)};
}

bool is_standard_input(const std::string& path) { return path == "-"; }

}  // namespace

Result<std::unique_ptr<InputFile>, std::string> InputFile::open(const std::string& path) {
    const int descriptor =
        is_standard_input(path) ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return failed();
    std::unique_ptr<InputFile> file(new InputFile(descriptor));
    file->packed_.resize(kPackedBytes);
    while (file->packed_end_ < sizeof kGzipMagic) {
        const auto got = file->read_some(file->packed_.data() + file->packed_end_,
                                         kPackedBytes - file->packed_end_);
        if (!got) return Failure{got.error()};
        if (*got == 0) break;
        file->packed_end_ += *got;
    }
    if (file->packed_end_ >= sizeof kGzipMagic &&
        std::memcmp(file->packed_.data(), kGzipMagic, sizeof kGzipMagic) == 0)
        file->gunzip_ = std::make_unique<GunzipStream>();
    return file;
}

InputFile::~InputFile() { ::close(descriptor_); }

Result<std::size_t, std::string> InputFile::read(char* buffer, std::size_t size) {
    std::size_t filled = 0;
    while (filled < size) {
        const auto got = gunzip_ ? read_packed(buffer + filled, size - filled)
                                 : read_plain(buffer + filled, size - filled);
        if (!got) return got;
        if (*got == 0) break;
        filled += *got;
    }
    return filled;
}

Result<std::size_t, std::string> InputFile::read_some(char* buffer, std::size_t size) {
    for (;;) {
        const ssize_t got = ::read(descriptor_, buffer, size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed();
        bytes_read_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
    }
}

Result<std::size_t, std::string> InputFile::read_plain(char* buffer, std::size_t size) {
    if (packed_at_ == packed_end_) return read_some(buffer, size);
    const std::size_t taken = std::min(size, packed_end_ - packed_at_);
    std::memcpy(buffer, packed_.data() + packed_at_, taken);
    packed_at_ += taken;
    return taken;
}

Result<std::size_t, std::string> InputFile::read_packed(char* buffer, std::size_t size) {
    for (;;) {
        if (packed_at_ == packed_end_) {
            if (auto filled = fill_packed(); !filled) return Failure{filled.error()};
            if (packed_end_ > 0) continue;
            if (!gunzip_->is_whole()) return Failure{std::string("the gzip data is cut off")};
            return std::size_t{0};
        }
        const auto step =
            gunzip_->unpack({packed_.data() + packed_at_, packed_end_ - packed_at_}, buffer, size);
        if (!step.good) return Failure{std::string("the gzip data is damaged")};
        packed_at_ += step.taken;
        if (step.made > 0) return step.made;
    }
}

Result<void, std::string> InputFile::fill_packed() {
    const auto got = read_some(packed_.data(), packed_.size());
    if (!got) return Failure{got.error()};
    packed_at_ = 0;
    packed_end_ = *got;
    return {};
}

std::optional<std::uint64_t> input_size(const std::string& path) {
    struct stat status {};
    const int result =
        is_standard_input(path) ? ::fstat(STDIN_FILENO, &status) : ::stat(path.c_str(), &status);
    if (result != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace boxkited
