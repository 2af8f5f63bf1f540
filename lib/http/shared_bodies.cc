#include "http/shared_bodies.h"

#include <utility>

namespace boxkited::http {

struct SharedBodies::Counted {
    Counted(std::shared_ptr<const std::string> the_body, std::atomic<std::size_t>& the_memory)
        : body(std::move(the_body)), memory(the_memory) {
        memory.fetch_add(body->capacity(), std::memory_order_relaxed);
    }
    ~Counted() { memory.fetch_sub(body->capacity(), std::memory_order_relaxed); }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

    const std::shared_ptr<const std::string> body;
    std::atomic<std::size_t>& memory;
};

std::shared_ptr<const std::string> SharedBodies::hold(std::shared_ptr<const std::string> body,
                                                      std::size_t limit) {
    const auto all = counted_.lock();
    const auto found = all->find(body.get());
    auto counted = found == all->end() ? nullptr : found->second.lock();
    if (counted == nullptr) {
        if (memory_.load(std::memory_order_relaxed) + body->capacity() > limit) return nullptr;
        std::erase_if(*all, [](const auto& each) { return each.second.expired(); });
        counted = std::make_shared<const Counted>(std::move(body), memory_);
        (*all)[counted->body.get()] = counted;
    }
    const std::string* const bytes = counted->body.get();
    return {std::move(counted), bytes};
}

}  // namespace boxkited::http
