// The neighbour tables (ARP and neighbour discovery): which MAC address an IP address on a link has.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/mac.h"
#include "base/result.h"
#include "base/time.h"
#include "netlink/io/socket.h"

namespace drover::netlink {

/// The kernel's NUD_* states.
enum class NeighbourState : std::uint16_t {
    none = 0,
    incomplete = 0x01,
    reachable = 0x02,
    stale = 0x04,
    delay = 0x08,
    probe = 0x10,
    failed = 0x20,
    noarp = 0x40,
    permanent = 0x80,
};

struct Neighbour {
    int ifindex = 0;
    Address address;
    std::optional<Mac> mac;  ///< none while it is not resolved
    NeighbourState state = NeighbourState::none;
    /// The MAC may be used: it was confirmed once and no probe of it has failed since.
    bool usable() const;
    bool operator==(Neighbour const&) const = default;
};

/// The ARP and ND tables; entries of bridges (fdb) and proxies are left out.
Result<std::vector<Neighbour>> neighbours(Socket& socket);
/// Nothing when the kernel has no entry for it.
Result<std::optional<Neighbour>> neighbour_get(Socket& socket, int ifindex, Address const& address);

/// Whether the kernel has heard, in the last `ago`, that the neighbour has the MAC of its entry (or one that it holds back
/// for the second after another change). True of entries that are set by hand; false without an entry.
Result<bool> heard_of(Socket& socket, int ifindex, Address const& address, Duration ago);

/// Sets an entry: `state` permanent, noarp, reachable or stale.
Result<void> replace_neighbour(Socket& socket, Neighbour const& neighbour);
/// Outcome::unchanged when there was none.
Result<Outcome> delete_neighbour(Socket& socket, int ifindex, Address const& address);

/// Makes the kernel ask for the address now: a new or failed entry is resolved by broadcast, a known one is asked again
/// by unicast (its MAC stays usable meanwhile; without an answer it is `failed` after some three seconds, and only the
/// next probe finds a MAC that changed). Returns at once; the monitor tells the result. Permanent entries are left
/// alone.
Result<void> probe_neighbour(Socket& socket, int ifindex, Address const& address);

/// Has the kernel resolve the address and keep it fresh by itself from now on (NTF_EXT_MANAGED, kernel 5.16); an older
/// kernel resolves it once, so call probe_neighbour() before it goes stale in any case. Permanent entries are left
/// alone.
Result<void> manage_neighbour(Socket& socket, int ifindex, Address const& address);

}  // namespace drover::netlink
