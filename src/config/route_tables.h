// Routing tables by their names.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace drover::config {

/// "local", "main" and "default", which the kernel itself has; names of a host's own are in files that are not read.
std::optional<std::int64_t> table_named(std::string_view name);

}  // namespace drover::config
