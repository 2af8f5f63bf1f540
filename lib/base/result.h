#pragma once

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

namespace boxkited {

// Makes a failed Result: `return Failure{DecodeError{...}};`.
template <typename E>
struct Failure {
    E error;
};
template <typename E>
Failure(E) -> Failure<E>;

// A value, or why there is none. The member names are those of std::expected.
template <typename T, typename E>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    template <typename G>
    Result(Failure<G> failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    T& value() & { return assert(has_value()), *std::get_if<0>(&state_); }
    const T& value() const& { return assert(has_value()), *std::get_if<0>(&state_); }
    T&& value() && { return assert(has_value()), std::move(*std::get_if<0>(&state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const E& error() const& { return assert(!has_value()), *std::get_if<1>(&state_); }
    E&& error() && { return assert(!has_value()), std::move(*std::get_if<1>(&state_)); }

private:
    std::variant<T, E> state_;
};

// Success without a value: `return {};`.
template <typename E>
class [[nodiscard]] Result<void, E> {
public:
    Result() = default;
    template <typename G>
    Result(Failure<G> failure) : error_(std::move(failure.error)) {}

    bool has_value() const noexcept { return !error_; }
    explicit operator bool() const noexcept { return has_value(); }
    const E& error() const& { return assert(error_), *error_; }
    E&& error() && { return assert(error_), *std::move(error_); }

private:
    std::optional<E> error_;
};

}  // namespace boxkited
