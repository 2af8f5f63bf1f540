#include "base/thread_priority.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace boxkited {

namespace {

// struct sched_attr of the kernel in its first form, which the C library does not declare.
struct ThreadAttributes {
    std::uint32_t size = sizeof(ThreadAttributes);
    std::uint32_t policy = 0;  // SCHED_OTHER
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    // Nanoseconds. Of a thread without a deadline, since Linux 6.12: how long it runs before one
    // that has woken may take its place, and how soon it takes that of another. Older ones do not
    // look at it.
    std::uint64_t runtime = 0;
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
};
static_assert(sizeof(ThreadAttributes) == 48);

constexpr int kNicer = 10;
constexpr int kNicest = 19;

// And lets it run for short times. Where somebody chose another policy for the process, it stays.
void set_nice(int nice) noexcept {
    if (::sched_getscheduler(0) != SCHED_OTHER) return;
    ThreadAttributes attributes;
    attributes.nice = nice;
    attributes.runtime = 100'000;
    constexpr long kThisThread = 0;
    constexpr long kNoFlags = 0;
    (void)::syscall(SYS_sched_setattr, kThisThread, &attributes, kNoFlags);
}

}  // namespace

void become_prompt_thread() noexcept { set_nice(::getpriority(PRIO_PROCESS, 0)); }

void become_background_thread() noexcept {
    // As the main thread has it: one that a background thread makes is no less than it.
    const int others = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::getpid()));
    set_nice(std::min(others + kNicer, kNicest));
}

}  // namespace boxkited
