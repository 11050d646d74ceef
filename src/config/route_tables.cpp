#include "config/route_tables.h"

namespace drover::config {

std::optional<std::int64_t> table_named(std::string_view name) {
    if (name == "main") return 254;
    if (name == "local") return 255;
    if (name == "default") return 253;
    return std::nullopt;
}

}  // namespace drover::config
