#include "baseline/pairwise_sum.h"

#include <array>
#include <cstddef>

namespace boxkited {

// numpy adds up 8192 values at a time, and the sums of these one after the other. Within, it halves
// the array, each first half a multiple of eight long, until 128 values or fewer are left. Those
// are added in eight columns, which are then added in pairs, so that the error grows with the
// logarithm of the length (Higham, "The accuracy of floating point summation", 1993). All of it
// decides the last bits.

namespace {

constexpr std::size_t kColumns = 8;
constexpr std::size_t kBlock = 128;
constexpr std::size_t kBuffer = 8192;

double sum_in_order(std::span<const double> values, double sum) {
    for (const double value : values) sum += value;
    return sum;
}

double sum_in_columns(std::span<const double> values) {
    std::array<double, kColumns> c{};
    for (std::size_t i = 0; i < kColumns; ++i) c[i] = values[i];
    const std::size_t whole = values.size() - values.size() % kColumns;
    for (std::size_t row = kColumns; row < whole; row += kColumns)
        for (std::size_t i = 0; i < kColumns; ++i) c[i] += values[row + i];
    const double sum = ((c[0] + c[1]) + (c[2] + c[3])) + ((c[4] + c[5]) + (c[6] + c[7]));
    return sum_in_order(values.subspan(whole), sum);
}

double sum_in_halves(std::span<const double> values) {
    if (values.size() < kColumns) return sum_in_order(values, 0.0);
    if (values.size() <= kBlock) return sum_in_columns(values);
    std::size_t half = values.size() / 2;
    half -= half % kColumns;
    return sum_in_halves(values.first(half)) + sum_in_halves(values.subspan(half));
}

}  // namespace

double pairwise_sum(std::span<const double> values) {
    double sum = 0;
    for (; values.size() > kBuffer; values = values.subspan(kBuffer))
        sum += sum_in_halves(values.first(kBuffer));
    return sum + sum_in_halves(values);
}

}  // namespace boxkited
