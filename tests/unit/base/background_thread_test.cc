#include "base/background_thread.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

namespace boxkited {

TEST_CASE("a background thread has a lower priority than the others", "[base]") {
    const int others = ::getpriority(PRIO_PROCESS, 0);
    int own = others;

    std::thread([&] {
        become_background_thread();
        own = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
    }).join();

    CHECK(own == std::min(others + 10, 19));
    CHECK(::getpriority(PRIO_PROCESS, 0) == others);
}

}  // namespace boxkited
