#include "prediction_log/line_block.h"

#include <sys/mman.h>

#include <new>

#include "base/storage.h"

namespace boxkited {

namespace {

constexpr std::size_t kHugePage = 2 << 20;

std::size_t round_up(std::size_t size, std::size_t to) { return (size + to - 1) / to * to; }

char* map(std::size_t size) {
    void* memory =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    return static_cast<char*>(memory);
}

// Where huge pages are given to whom does not ask for them, a few lines would take two megabytes.
char* map_small(std::size_t size) {
    char* mapped = map(size);
    ::madvise(mapped, size, MADV_NOHUGEPAGE);
    return mapped;
}

// Older kernels put a mapping anywhere, and a huge page has its place.
char* map_huge(std::size_t size) {
    char* mapped = map(size + kHugePage);
    const auto address = reinterpret_cast<std::uintptr_t>(mapped);
    const std::size_t before = round_up(address, kHugePage) - address;
    if (before > 0) ::munmap(mapped, before);
    if (before < kHugePage) ::munmap(mapped + before + size, kHugePage - before);
    ::madvise(mapped + before, size, MADV_HUGEPAGE);
    return mapped + before;
}

}  // namespace

LineBlock::LineBlock(std::size_t size) : memory(new char[size], Free{0}), capacity(size) {}

LineBlock::LineBlock(std::size_t size, Pages pages)
    : memory(pages == Pages::kHuge ? map_huge(mapped_bytes(size)) : map_small(mapped_bytes(size)),
             Free{mapped_bytes(size)}),
      capacity(size) {}

std::size_t LineBlock::mapped_bytes(std::size_t size) {
    return round_up(size, page_bytes()) + page_bytes();
}

void LineBlock::begin_like(std::uint64_t position) {
    if (memory.get_deleter().mapped_bytes == 0) return;
    lead = static_cast<std::size_t>(position % page_bytes());
}

void LineBlock::Free::operator()(char* bytes) const {
    if (mapped_bytes > 0)
        ::munmap(bytes, mapped_bytes);
    else
        delete[] bytes;
}

}  // namespace boxkited
