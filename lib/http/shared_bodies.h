#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "base/guarded.h"

namespace boxkited::http {

// Bodies that many answers may share: each is counted once, for as long as any of them holds it.
//
// Threads: any.
class SharedBodies {
public:
    // Bodies are added to `memory`, which outlives every body that hold() gave.
    explicit SharedBodies(std::atomic<std::size_t>& memory) : memory_(memory) {}

    // `body`, counted until the last copy of the result is gone. Null when it is not counted yet
    // and would make the memory more than `limit`.
    std::shared_ptr<const std::string> hold(std::shared_ptr<const std::string> body,
                                            std::size_t limit);

private:
    struct Counted;

    std::atomic<std::size_t>& memory_;
    Guarded<std::map<const std::string*, std::weak_ptr<const Counted>>> counted_;
};

}  // namespace boxkited::http
