// What stands at the two hooks of an interface where tc(8) has packets looked at: filters, and the qdisc that carries
// them. They are put there by libbpf; this is for seeing whose they are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "netlink/io/socket.h"

namespace drover::netlink {

struct Filter {
    std::uint32_t priority = 0;
    std::uint32_t handle = 0;
    std::string kind;     ///< "bpf", "flower"
    std::string program;  ///< of kind "bpf": its name as the loader wrote it, libbpf "drover_tc:[17]"
};

enum class Hook { ingress, egress };

/// Empty, too, when the interface has no qdisc there.
Result<std::vector<Filter>> filters(Socket& socket, int ifindex, Hook hook);

/// True if there is a clsact or ingress qdisc, which alone can carry filters.
Result<bool> has_hooks(Socket& socket, int ifindex);

}  // namespace drover::netlink
