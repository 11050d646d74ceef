// What ethtool(8) shows and sets of a network card, in the network namespace of the calling thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/mac.h"
#include "base/result.h"

namespace drover::netlink {

/// "veth", "ixgbe", "virtio_net".
Result<std::string> driver_name(std::string_view interface);
/// The one burnt in, whatever the link has now; nothing when the driver knows none.
Result<std::optional<Mac>> permanent_mac(std::string_view interface);

// Names of offloads as the kernel spells them (ethtool -k prints long names for some).
inline constexpr std::string_view gro = "rx-gro";  ///< generic-receive-offload
inline constexpr std::string_view hardware_gro = "rx-gro-hw";
inline constexpr std::string_view lro = "rx-lro";  ///< large-receive-offload

struct Feature {
    bool on = false;
    bool changeable = false;
};

/// Nothing when this kernel knows no such feature.
Result<std::optional<Feature>> feature(std::string_view interface, std::string_view name);
/// Fails when the driver holds the feature fixed in the other position (EOPNOTSUPP).
Result<void> set_feature(std::string_view interface, std::string_view name, bool on);

}  // namespace drover::netlink
