#include "http/listener.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "http/address.h"

namespace boxkited::http {

namespace {

Failure<std::string> failed(std::string_view what) {
    return Failure{std::string(what) + std::system_category().message(errno)};
}

Failure<std::string> failed() { return failed(""); }

UniqueFd make_socket(int family) {
    return UniqueFd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Result<AddressList, std::string> resolve(const TcpAddress& address) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error =
        ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
    if (error != 0) return Failure{std::string(::gai_strerror(error))};
    return AddressList(found, &::freeaddrinfo);
}

sockaddr_un unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

int bind_path(int socket, const std::string& path) {
    const sockaddr_un address = unix_address(path);
    return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

// Whether nobody listens on the socket at `path` any more.
Result<void, std::string> check_stale(const std::string& path) {
    const UniqueFd probe = make_socket(AF_UNIX);
    const sockaddr_un address = unix_address(path);
    const int result =
        ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    // EAGAIN: somebody listens and is too busy to take one more.
    if (result == 0 || errno == EAGAIN) {
        return Failure{std::string("another process listens there")};
    }
    if (errno == ECONNREFUSED) return {};
    return failed("the socket that is already there cannot be tried: ");
}

// Makes way for a new socket, if what is in the way is the stale socket of somebody else.
Result<void, std::string> remove_stale(int directory, const std::string& name,
                                       const std::string& path) {
    struct stat before {};
    if (::fstatat(directory, name.c_str(), &before, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return {};
        return failed();
    }
    if (!S_ISSOCK(before.st_mode)) {
        return Failure{std::string("what is already there is not a socket")};
    }
    if (auto stale = check_stale(path); !stale) return stale;
    struct stat now {};
    if (::fstatat(directory, name.c_str(), &now, AT_SYMLINK_NOFOLLOW) != 0 ||
        now.st_ino != before.st_ino || now.st_dev != before.st_dev) {
        return Failure{std::string("another process replaced the socket meanwhile")};
    }
    if (::unlinkat(directory, name.c_str(), 0) != 0) {
        return failed("the stale socket cannot be removed: ");
    }
    return {};
}

// Gives the socket its final name, unless something has that name by now.
int rename_into_place(int directory, const std::string& from, const std::string& to) {
    if (::renameat2(directory, from.c_str(), directory, to.c_str(), RENAME_NOREPLACE) == 0) {
        return 0;
    }
    // Some file systems know no RENAME_NOREPLACE.
    if (errno != EINVAL && errno != ENOSYS) return -1;
    return ::renameat(directory, from.c_str(), directory, to.c_str());
}

// Binds, sets the mode and listens under a name of this process, then renames: whoever looks at
// the final name finds a socket that listens and has its mode, or none, at every moment. The
// umask, which all threads share, is left alone; fchmod() before bind() keeps the mode from being
// wider even under the first name. /proc/self/fd makes the first path short whatever the directory.
Result<void, std::string> bind_in_place(int socket, int directory, const std::string& name,
                                        mode_t mode) {
    static unsigned count = 0;
    const std::string first =
        ".boxkited-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
    ::unlinkat(directory, first.c_str(), 0);
    ::fchmod(socket, mode);
    if (bind_path(socket, "/proc/self/fd/" + std::to_string(directory) + "/" + first) != 0) {
        return failed();
    }
    if (::fchmodat(directory, first.c_str(), mode, 0) != 0 || ::listen(socket, SOMAXCONN) != 0 ||
        rename_into_place(directory, first, name) != 0) {
        auto failure = failed();
        ::unlinkat(directory, first.c_str(), 0);
        return failure;
    }
    return {};
}

}  // namespace

Result<Listener, StartError> Listener::open(const ListenerOptions& options) {
    auto listener = options.kind == ListenerOptions::Kind::kTcp ? open_tcp(options.address)
                                                                : open_unix(options);
    if (listener) return *std::move(listener);
    return Failure{StartError{"listen on " + options.address + ": " + listener.error()}};
}

Result<Listener, std::string> Listener::open_tcp(const std::string& address) {
    const auto parts = parse_tcp_address(address);
    if (!parts) return Failure{std::string("expected host:port or [IPv6 address]:port")};
    const auto addresses = resolve(*parts);
    if (!addresses) return Failure{addresses.error()};

    const addrinfo& first = **addresses;
    Listener listener;
    listener.socket_ = make_socket(first.ai_family);
    const int on = 1;
    // Else a restart would have to wait until the last connections have been forgotten.
    ::setsockopt(listener.socket_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(listener.socket_.get(), first.ai_addr, first.ai_addrlen) != 0 ||
        ::listen(listener.socket_.get(), SOMAXCONN) != 0) {
        return failed();
    }
    listener.address_ = address_of(listener.socket_.get());
    return listener;
}

Result<Listener, std::string> Listener::open_unix(const ListenerOptions& options) {
    const std::filesystem::path path = options.address;
    if (options.address.size() > kSocketPathBytes) {
        return Failure{"the path has " + std::to_string(options.address.size()) +
                       " bytes, at most " + std::to_string(kSocketPathBytes) + " are possible"};
    }
    if (!path.has_filename() || options.address.find('\0') != std::string::npos) {
        return Failure{std::string("expected the path of a socket")};
    }
    const std::string parent = path.has_parent_path() ? path.parent_path().string() : ".";
    Listener listener;
    listener.address_ = options.address;
    listener.directory_ = UniqueFd(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!listener.directory_) return failed("directory " + parent + ": ");
    const int directory = listener.directory_.get();
    const std::string name = path.filename();
    if (auto way = remove_stale(directory, name, options.address); !way) {
        return Failure{way.error()};
    }
    listener.socket_ = make_socket(AF_UNIX);
    auto bound = bind_in_place(listener.socket_.get(), directory, name, options.mode);
    if (!bound) return Failure{bound.error()};

    struct stat own {};
    if (::fstatat(directory, name.c_str(), &own, AT_SYMLINK_NOFOLLOW) != 0) return failed();
    listener.device_ = own.st_dev;
    listener.inode_ = own.st_ino;
    listener.name_ = name;
    return listener;
}

Listener Listener::adopt(UniqueFd socket) {
    Listener listener;
    listener.address_ = address_of(socket.get());
    listener.socket_ = std::move(socket);
    listener.is_adopted_ = true;
    return listener;
}

Listener::~Listener() {
    if (!directory_ || name_.empty()) return;
    struct stat now {};
    if (::fstatat(directory_.get(), name_.c_str(), &now, AT_SYMLINK_NOFOLLOW) != 0) return;
    if (now.st_dev == device_ && now.st_ino == inode_) {
        ::unlinkat(directory_.get(), name_.c_str(), 0);
    }
}

}  // namespace boxkited::http
