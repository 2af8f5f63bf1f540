#include "base/thread_priority.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <thread>

namespace boxkited {

namespace {

struct Chosen {
    int nice = 0;
    int policy = 0;
    std::uint64_t slice_before = 0;
    std::uint64_t slice = 0;
};

// Of the calling thread, in nanoseconds; 0 where the kernel has none to tell.
std::uint64_t slice() {
    struct {
        std::uint32_t size, policy;
        std::uint64_t flags;
        std::int32_t nice;
        std::uint32_t priority;
        std::uint64_t runtime, deadline, period;
    } found{};
    constexpr long kThisThread = 0;
    constexpr long kNoFlags = 0;
    const long result = ::syscall(SYS_sched_getattr, kThisThread, &found, sizeof found, kNoFlags);
    return result == 0 ? found.runtime : 0;
}

// What a thread has that does this.
Chosen chosen_by(void (*become)() noexcept, int policy = SCHED_OTHER) {
    Chosen chosen;
    std::thread([&] {
        const sched_param no_priority{};
        (void)::sched_setscheduler(0, policy, &no_priority);
        chosen.slice_before = slice();
        become();
        chosen.slice = slice();
        chosen.nice = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
        chosen.policy = ::sched_getscheduler(0);
    }).join();
    return chosen;
}

}  // namespace

TEST_CASE("a background thread has a lower priority than the others", "[base]") {
    const int others = ::getpriority(PRIO_PROCESS, 0);

    const Chosen own = chosen_by(become_background_thread);

    CHECK(own.nice == std::min(others + 10, 19));
    CHECK(own.policy == SCHED_OTHER);
    CHECK(::getpriority(PRIO_PROCESS, 0) == others);
}

TEST_CASE("a background thread that another made is as one that was made by the main one",
          "[base]") {
    Chosen own;

    std::thread([&] {
        become_background_thread();
        own = chosen_by(become_background_thread);
    }).join();

    CHECK(own.nice == chosen_by(become_background_thread).nice);
}

TEST_CASE("a prompt thread is soon at work and takes no larger share than the others", "[base]") {
    const Chosen own = chosen_by(become_prompt_thread);

    CHECK(own.nice == ::getpriority(PRIO_PROCESS, 0));
    CHECK(own.policy == SCHED_OTHER);
    // Kernels before 6.12 have nothing to choose.
    if (own.slice_before != 0) CHECK(own.slice == 100'000);
}

TEST_CASE("a policy that was chosen for the process stays", "[base]") {
    CHECK(chosen_by(become_prompt_thread, SCHED_BATCH).policy == SCHED_BATCH);
    CHECK(chosen_by(become_background_thread, SCHED_BATCH).policy == SCHED_BATCH);
}

}  // namespace boxkited
