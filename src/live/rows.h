// Services and servers as listings take them, without what only packets can tell.
#pragma once

#include <optional>

#include "model/edit.h"
#include "model/observed.h"

namespace drover::live {

/// Without its servers.
model::ServiceObserved observed(model::LiveService const& service);
model::ServerObserved observed(model::LiveServer const& server);

/// A mask's number of leading ones; nothing: it is no prefix, which in IPv6 it always is.
std::optional<std::uint8_t> prefix_length(model::LiveService const& service);
/// The mask of a persistence prefix: LiveService::persistence_mask.
std::uint32_t persistence_mask(Family family, std::uint8_t prefix);

}  // namespace drover::live
