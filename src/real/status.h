// Whether a host is the DR real server that it should be.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "real/host.h"
#include "real/state.h"

namespace drover::real {

struct Status {
    std::vector<Address> vips;
    std::vector<std::string> present;  ///< sentences
    std::vector<std::string> missing;  ///< sentences
    bool complete() const { return missing.empty(); }
};

/// Looks at the host, not at what start once did: only which interfaces count comes from `state`, when no `devices` are
/// given and start has run. Fails when there is no such device.
Result<Status> judge(std::vector<Address> const& vips, std::vector<std::string> const& devices, Host const& host,
                     std::optional<State> const& state);

}  // namespace drover::real
