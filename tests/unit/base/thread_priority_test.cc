#include "base/thread_priority.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

namespace boxkited {

namespace {

struct Chosen {
    int nice = 0;
    int policy = 0;
};

// What a thread has that does this.
Chosen chosen_by(void (*become)() noexcept, int policy = SCHED_OTHER) {
    Chosen chosen;
    std::thread([&] {
        const sched_param no_priority{};
        REQUIRE(::sched_setscheduler(0, policy, &no_priority) == 0);
        become();
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

TEST_CASE("a prompt thread takes no larger share than the others", "[base]") {
    CHECK(chosen_by(become_prompt_thread).nice == ::getpriority(PRIO_PROCESS, 0));
    CHECK(chosen_by(become_prompt_thread).policy == SCHED_OTHER);
}

TEST_CASE("a policy that was chosen for the process stays", "[base]") {
    CHECK(chosen_by(become_prompt_thread, SCHED_BATCH).policy == SCHED_BATCH);
    CHECK(chosen_by(become_background_thread, SCHED_BATCH).policy == SCHED_BATCH);
}

}  // namespace boxkited
