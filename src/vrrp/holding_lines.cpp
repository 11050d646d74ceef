#include "vrrp/holding_lines.h"

#include <string_view>

#include <fmt/core.h>

namespace drover::vrrp {

namespace {

struct Part {
    bool is_there;
    std::string_view name;
};

std::vector<std::string> lines(model::Instance const& instance, std::string_view doing, std::initializer_list<Part> parts) {
    std::vector<std::string> said;
    for (auto const& part : parts)
        if (part.is_there) said.push_back(fmt::format("({}) {} {}", instance.name, doing, part.name));
    return said;
}

}  // namespace

std::vector<std::string> taking_lines(model::Instance const& instance) {
    return lines(instance, "setting",
                 {{!instance.addresses.empty(), "VIPs."},
                  {!instance.excluded.empty(), "E-VIPs."},
                  {!instance.routes.empty(), "Virtual Routes"},
                  {!instance.rules.empty(), "Virtual Rules"}});
}

std::vector<std::string> dropping_lines(model::Instance const& instance) {
    return lines(instance, "removing",
                 {{!instance.rules.empty(), "Virtual Rules"},
                  {!instance.routes.empty(), "Virtual Routes"},
                  {!instance.addresses.empty(), "VIPs."},
                  {!instance.excluded.empty(), "E-VIPs."}});
}

}  // namespace drover::vrrp
