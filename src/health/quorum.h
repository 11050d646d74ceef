// Does a service stand? By the weight of its servers that are up; what that means for anybody is somebody else's work.
#pragma once

#include <cstdint>
#include <string>

#include "base/endpoint.h"
#include "model/service.h"

namespace drover::health {

/// With `weight` of its servers up, where it stood or did not before. It needs the hysteresis more to come and less to go.
bool stands(model::Quorum const& quorum, bool stood, std::uint64_t weight);

/// keepalived's: "Gained quorum 1+0=1 <= 2 for VS V", "Lost quorum 1-0=1 > 0 for VS V".
std::string quorum_line(ServiceKey const& service, model::Quorum const& quorum, bool stands, std::uint64_t weight);

/// For FIFOs, without line ends: "VS V UP|DOWN", "RS S V UP|DOWN".
std::string fifo_line(ServiceKey const& service, bool stands);
std::string fifo_line(Endpoint const& server, ServiceKey const& service, bool up);

}  // namespace drover::health
