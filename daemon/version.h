#pragma once

#include <string_view>

namespace boxkited {

inline constexpr std::string_view kVersion = BOXKITED_VERSION;

}  // namespace boxkited
