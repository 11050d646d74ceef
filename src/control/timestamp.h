// Wall-clock times in documents and ages on the screen; every time is in microseconds since 1970 (UTC).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace drover::control {

/// RFC 3339: "2026-11-23T10:11:12.000345Z".
std::string timestamp(std::int64_t unix_us);
/// Reads exactly what timestamp() writes.
std::optional<std::int64_t> parse_timestamp(std::string_view text);

/// Two units at most: "0 s", "59 s", "3 min 5 s", "2 h 3 min", "4 d 2 h". Negative spans are "0 s".
std::string span_text(std::int64_t seconds);

}  // namespace drover::control
