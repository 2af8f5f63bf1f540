#include "daemon/commands/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace boxkited {

namespace {

namespace fs = std::filesystem;

// Signals that would end the process, held back as long as this lives.
class HeldSignals {
public:
    HeldSignals() {
        sigset_t held;
        sigemptyset(&held);
        for (const int each : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held, each);
        pthread_sigmask(SIG_BLOCK, &held, &before_);
    }
    ~HeldSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

private:
    sigset_t before_;
};

// 0 or an errno value; closes the descriptor.
int write_all(int descriptor, std::string_view text, bool sync) {
    int code = 0;
    while (code == 0 && !text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) code = errno;
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (code == 0 && sync && ::fsync(descriptor) != 0) code = errno;
    if (::close(descriptor) != 0 && code == 0) code = errno;
    return code;
}

int write_directly(const fs::path& path, std::string_view text) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    return descriptor < 0 ? errno : write_all(descriptor, text, false);
}

// Where a chain of links leads, whether there is a file or not. Links above the last part of a path
// are the system's to follow.
Result<fs::path, int> behind_links(fs::path path) {
    constexpr int kMostLinks = 40;  // As Linux.
    for (int links = 0; links < kMostLinks; ++links) {
        std::error_code error;
        if (!fs::is_symlink(path, error)) return path;
        const fs::path target = fs::read_symlink(path, error);
        if (error) return Failure{error.value()};
        path = path.parent_path() / target;
    }
    return Failure{ELOOP};
}

// An open new file in the folder of `path`, or -1. What an earlier run left behind is passed over.
int open_beside(const fs::path& path, fs::path& beside) {
    constexpr std::size_t kLongestName = 200;  // With what is added it is below NAME_MAX.
    const std::string name = path.filename().native().substr(0, kLongestName);
    const std::string stem = name + ".new-" + std::to_string(::getpid());
    for (unsigned attempt = 0;; ++attempt) {
        const auto end = attempt == 0 ? std::string() : '-' + std::to_string(attempt);
        beside = path.parent_path() / (stem + end);
        const int descriptor =
            ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST) return descriptor;
    }
}

int copy_mode(const fs::path& from, int to) {
    struct stat status {};
    if (::stat(from.c_str(), &status) != 0) return errno == ENOENT ? 0 : errno;
    return ::fchmod(to, status.st_mode & 07777) == 0 ? 0 : errno;
}

int write_beside(const fs::path& path, std::string_view text) {
    const HeldSignals held;
    fs::path beside;
    const int descriptor = open_beside(path, beside);
    if (descriptor < 0) return errno;
    int code = copy_mode(path, descriptor);
    const int write_code = write_all(descriptor, text, true);
    if (code == 0) code = write_code;
    if (code == 0 && ::rename(beside.c_str(), path.c_str()) != 0) code = errno;
    if (code != 0) ::unlink(beside.c_str());
    return code;
}

// /dev/stdout may be a file that is added to.
bool is_standard_output(const fs::path& path) {
    struct stat there {};
    struct stat ours {};
    return ::stat(path.c_str(), &there) == 0 && ::fstat(STDOUT_FILENO, &ours) == 0 &&
           there.st_dev == ours.st_dev && there.st_ino == ours.st_ino;
}

int write_to(const fs::path& path, std::string_view text) {
    if (is_standard_output(path)) {
        const int descriptor = ::dup(STDOUT_FILENO);
        return descriptor < 0 ? errno : write_all(descriptor, text, false);
    }
    std::error_code unknown;
    const auto type = fs::status(path, unknown).type();
    if (type != fs::file_type::regular && type != fs::file_type::not_found)
        return write_directly(path, text);
    const auto real = behind_links(path);
    return real ? write_beside(*real, text) : real.error();
}

}  // namespace

Result<void, std::string> write_output(const fs::path& path, std::string_view text) {
    const int code = write_to(path, text);
    if (code == 0) return {};
    return Failure{path.native() + ": " + std::generic_category().message(code)};
}

}  // namespace boxkited
