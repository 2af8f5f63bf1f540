#include "http/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

#include "base/guarded.h"

namespace boxkited::http {

namespace {

// Sockets that are ready and are served before the loop looks again.
constexpr std::size_t kReadyAtOnce = 128;

// Errors and hang-ups are found by whoever reads or writes.
constexpr std::uint32_t kReadable = EPOLLIN | EPOLLHUP | EPOLLERR;
constexpr std::uint32_t kWritable = EPOLLOUT | EPOLLHUP | EPOLLERR;

int checked(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::system_category(), what);
    return result;
}

// Takes what an eventfd or a timerfd has counted.
void drain(const UniqueFd& counter) {
    std::uint64_t count = 0;
    (void)!::read(counter.get(), &count, sizeof count);
}

timespec to_timespec(std::chrono::nanoseconds time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return {seconds.count(), (time - seconds).count()};
}

}  // namespace

// What a socket waits for, and what the kernel has been told that it waits for. The two are brought
// together when an event comes that is not waited for, and not before: who reads again after each
// answer never asks the kernel for anything.
struct EventLoop::Watch {
    int fd;
    std::uint32_t wanted = 0;      // Of EPOLLIN and EPOLLOUT.
    std::uint32_t registered = 0;  // None: the kernel does not know the socket.
    std::shared_ptr<ReadyHandler> handler = nullptr;
};

struct EventLoop::Impl {
    using Task = std::function<void()>;

    Impl();
    bool try_register_for(Watch& watch, std::uint32_t events);
    void register_for(Watch& watch, std::uint32_t events);
    void register_later();
    void want(Watch& watch, std::uint32_t event);
    void wake();
    void turn();
    void serve(Watch& watch, std::uint32_t events);
    void run_posted();
    void run_timer();

    const UniqueFd epoll;
    const UniqueFd wakeup;
    const UniqueFd timer;
    std::atomic<bool> stopped{false};
    Guarded<std::vector<Task>> posted;
    std::chrono::milliseconds period{};
    Task task;
    Task after_turn = [] {};
    // Those that want something, and for which the kernel had no memory; asked again at each run of
    // the timer.
    std::vector<Watch*> unregistered;
    // Of sockets that were closed while the events at hand may still name them.
    std::vector<std::unique_ptr<Watch>> closed;
};

EventLoop::Impl::Impl()
    : epoll(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wakeup(checked(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")),
      timer(checked(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC),
                    "timerfd_create")) {
    for (const UniqueFd* own : {&wakeup, &timer}) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = const_cast<UniqueFd*>(own);
        checked(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, own->get(), &event), "epoll_ctl");
    }
}

bool EventLoop::Impl::try_register_for(Watch& watch, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &watch;
    const int operation = watch.registered == 0 ? EPOLL_CTL_ADD
                          : events == 0         ? EPOLL_CTL_DEL
                                                : EPOLL_CTL_MOD;
    if (::epoll_ctl(epoll.get(), operation, watch.fd, &event) != 0) return false;
    watch.registered = events;
    return true;
}

void EventLoop::Impl::register_for(Watch& watch, std::uint32_t events) {
    if (!try_register_for(watch, events)) checked(-1, "epoll_ctl");
}

void EventLoop::Impl::want(Watch& watch, std::uint32_t event) {
    watch.wanted |= event;
    if ((watch.registered & event) != 0 || try_register_for(watch, watch.wanted)) return;
    // It watches so many sockets and no more, of all processes of a user together.
    if (errno != ENOSPC && errno != ENOMEM) checked(-1, "epoll_ctl");
    unregistered.push_back(&watch);
}

void EventLoop::Impl::register_later() {
    for (Watch* const watch : std::exchange(unregistered, {})) want(*watch, 0);
}

void EventLoop::Impl::wake() {
    const std::uint64_t one = 1;
    // A wake-up that is lost would be the last one. It may be full: then it wakes anyway.
    while (::write(wakeup.get(), &one, sizeof one) < 0 && errno == EINTR) continue;
}

void EventLoop::Impl::turn() {
    std::array<epoll_event, kReadyAtOnce> events;
    const int count = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), -1);
    if (count < 0 && errno != EINTR) checked(count, "epoll_wait");
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.ptr == &wakeup) {
            run_posted();
        } else if (event.data.ptr == &timer) {
            run_timer();
        } else {
            serve(*static_cast<Watch*>(event.data.ptr), event.events);
        }
    }
    after_turn();
    // What the handlers own may close further sockets as it goes.
    while (!closed.empty()) std::exchange(closed, {});
}

void EventLoop::Impl::serve(Watch& watch, std::uint32_t events) {
    if (watch.fd < 0) return;
    const bool readable = (events & kReadable) != 0 && (watch.wanted & EPOLLIN) != 0;
    const bool writable = (events & kWritable) != 0 && (watch.wanted & EPOLLOUT) != 0;
    // A socket that is hung up is ready for whatever it is asked, even nothing: with nothing wanted
    // it is taken out.
    if (!readable && !writable) return want(watch, 0);
    // The handler may close the socket, which keeps both until the end of the turn.
    ReadyHandler& handler = *watch.handler;
    if (writable) {
        watch.wanted &= ~std::uint32_t{EPOLLOUT};
        handler.on_writable();
    }
    if (readable && watch.fd >= 0) {
        watch.wanted &= ~std::uint32_t{EPOLLIN};
        handler.on_readable();
    }
}

void EventLoop::Impl::run_posted() {
    drain(wakeup);
    const auto tasks = std::exchange(*posted.lock(), {});
    for (const Task& posted_task : tasks) posted_task();
}

void EventLoop::Impl::run_timer() {
    drain(timer);
    register_later();
    const Task running = task;  // It may change itself.
    running();
}

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
    while (!impl_->stopped.load(std::memory_order_relaxed)) impl_->turn();
}

void EventLoop::stop() {
    impl_->stopped = true;
    impl_->wake();
}

void EventLoop::post(std::function<void()> task) {
    auto posted = impl_->posted.lock();
    posted->push_back(std::move(task));
    if (posted->size() == 1) impl_->wake();
}

void EventLoop::repeat(std::chrono::milliseconds period, std::function<void()> task) {
    impl_->period = period;
    impl_->task = std::move(task);
    const itimerspec times{to_timespec(period), to_timespec(period)};
    checked(::timerfd_settime(impl_->timer.get(), 0, &times, nullptr), "timerfd_settime");
}

void EventLoop::after_each_turn(std::function<void()> task) { impl_->after_turn = std::move(task); }

Socket::Socket(EventLoop& loop, UniqueFd fd)
    : loop_(loop.impl_.get()),
      watch_(std::make_unique<EventLoop::Watch>(EventLoop::Watch{fd.get()})),
      fd_(fd.get()) {
    loop_->register_for(*watch_, EPOLLIN);
    fd.release();
}

Socket::Socket(Socket&&) noexcept = default;

Socket::~Socket() {
    if (watch_) close();
}

void Socket::tell(std::shared_ptr<ReadyHandler> handler) { watch_->handler = std::move(handler); }

void Socket::when_readable() { loop_->want(*watch_, EPOLLIN); }
void Socket::when_writable() { loop_->want(*watch_, EPOLLOUT); }

void Socket::close() {
    if (!watch_) return;
    std::erase(loop_->unregistered, watch_.get());
    // Which takes it out of the epoll as well: nobody else has the descriptor.
    ::close(std::exchange(watch_->fd, -1));
    loop_->closed.push_back(std::move(watch_));
}

}  // namespace boxkited::http
