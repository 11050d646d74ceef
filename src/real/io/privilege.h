// What this process may do.
#pragma once

namespace drover::real {

/// CAP_NET_ADMIN is in the effective set: needed for addresses on lo and for the ARP settings.
bool may_administer_network();

}  // namespace drover::real
