#pragma once

namespace drover {

inline constexpr char const* version = "0.1.0";

}  // namespace drover
