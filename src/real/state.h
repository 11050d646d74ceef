// What `start` found and did, kept in a file until `stop` puts it back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/prefix.h"
#include "base/result.h"

namespace drover::real {

struct AddedAddress {
    Prefix prefix;
    std::string label;
    bool operator==(AddedAddress const&) const = default;
};

/// A setting as it was before the first start.
struct FormerSysctl {
    std::string interface;
    std::string name;
    int value = 0;
    bool operator==(FormerSysctl const&) const = default;
};

/// Where and when a state holds: after a reboot, or in another network namespace, it says nothing.
struct Scene {
    std::string boot;           ///< /proc/sys/kernel/random/boot_id
    std::uint64_t network = 0;  ///< inode of the network namespace
    bool operator==(Scene const&) const = default;
};

struct State {
    Scene scene;
    std::vector<Address> vips;         ///< all that were asked for, also those that were on lo before
    std::vector<AddedAddress> added;   ///< those that start put on lo
    std::vector<FormerSysctl> former;  ///< of every setting that start sees to, changed or not
    bool loopback_was_down = false;
    bool operator==(State const&) const = default;
};

/// JSON, for people to read too.
std::string encode(State const& state);
/// The error says what is wrong with the text.
Result<State> decode(std::string_view text);

}  // namespace drover::real
