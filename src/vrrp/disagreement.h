// What an advert that is believed says otherwise than is configured here: no reason to refuse it, but one to tell.
#pragma once

#include <string>
#include <vector>

#include "model/instance.h"
#include "vrrp/packet.h"

namespace drover::vrrp {

/// A sentence; empty: both lists have the same addresses, in whatever order.
std::string other_addresses(Address const& from, std::vector<Address> const& theirs, std::vector<Address> const& ours);

/// A sentence; empty: they are made as this instance makes its own. Only version 3 over IPv4 has two ways.
std::string other_checksums(Address const& from, Coverage theirs, model::Instance const& instance);

}  // namespace drover::vrrp
