#pragma once

#include <array>
#include <string>
#include <string_view>

namespace boxkited {

// Why a file was not shipped.
struct ShipError {
    enum class Reason {
        kCredentials,  // There are none that can be used.
        kUnreachable,  // The store gives no answer, or half of one.
        kRefused,      // It answers that it will not.
        kBusy,         // It answers that it cannot now.
        kMismatch,     // It has something else than what was sent.
        kTooLarge,     // For one object.
        kLocal,        // The file cannot be read, or not be taken away.
        kStopped,      // The daemon stops; no failure.
    };

    Reason reason;
    std::string text;  // "PUT https://...: 403 AccessDenied: Access Denied"
};

inline constexpr std::array kShipReasons{
    ShipError::Reason::kCredentials, ShipError::Reason::kUnreachable, ShipError::Reason::kRefused,
    ShipError::Reason::kBusy,        ShipError::Reason::kMismatch,    ShipError::Reason::kTooLarge,
    ShipError::Reason::kLocal};

// The value of the `reason` label: "unreachable".
constexpr std::string_view label(ShipError::Reason reason) {
    constexpr std::array<std::string_view, kShipReasons.size()> kLabels{
        "credentials", "unreachable", "refused", "busy", "mismatch", "too_large", "local"};
    return kLabels[static_cast<std::size_t>(reason)];
}

}  // namespace boxkited
