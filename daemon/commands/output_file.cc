#include "daemon/commands/output_file.h"

#include <fcntl.h>
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

int write_beside(const fs::path& path, std::string_view text) {
    const std::string beside = path.native() + ".new-" + std::to_string(::getpid());
    const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) return errno;
    int code = write_all(descriptor, text, true);
    if (code == 0 && ::rename(beside.c_str(), path.c_str()) != 0) code = errno;
    if (code != 0) ::unlink(beside.c_str());
    return code;
}

}  // namespace

Result<void, std::string> write_output(const fs::path& path, std::string_view text) {
    const HeldSignals held;
    std::error_code unknown;
    const bool is_link = fs::is_symlink(path, unknown);
    // The file that a link leads to is replaced, not the link.
    const fs::path real = is_link ? fs::weakly_canonical(path, unknown) : path;
    const auto type = fs::status(real, unknown).type();
    const bool is_other = type != fs::file_type::regular && type != fs::file_type::not_found;
    const int code = is_other ? write_directly(real, text) : write_beside(real, text);
    if (code == 0) return {};
    return Failure{path.native() + ": " + std::generic_category().message(code)};
}

}  // namespace boxkited
