#include "dataplane/port_table.h"

#include "dataplane/encode.h"
#include "dataplane/words.h"

namespace drover::dataplane {

namespace {

std::uint32_t probe(std::uint32_t ifindex, std::uint32_t step) { return (ifindex + step) % contract::MAX_PORTS; }

}  // namespace

std::optional<std::uint32_t> PortTable::find(std::uint32_t ifindex) const {
    for (std::uint32_t step = 0; ifindex != 0 && step < contract::PORT_PROBES; ++step)
        if (ports_[probe(ifindex, step)].ifindex == ifindex) return probe(ifindex, step);
    return std::nullopt;
}

Result<std::uint32_t> PortTable::put(std::uint32_t ifindex, Mac const& mac) {
    auto slot = find(ifindex);
    for (std::uint32_t step = 0; !slot && step < contract::PORT_PROBES; ++step) {
        auto const candidate = probe(ifindex, step);
        if (candidate != 0 && ports_[candidate].ifindex == 0) slot = candidate;  // slot 0 means "no next hop"
    }
    if (!slot) return fail("no room for interface number " + std::to_string(ifindex) + " in the packet path's table");
    store(ports_[*slot].mac, __u64{mac_word(mac)});
    store(ports_[*slot].ifindex, ifindex);
    return *slot;
}

void PortTable::erase(std::uint32_t ifindex) {
    auto const slot = find(ifindex);
    if (!slot) return;
    store(ports_[*slot].ifindex, __u32{0});
    store(ports_[*slot].peer_filter, __u64{0});
    store(ports_[*slot].virtual_filter, __u32{0});
}

void PortTable::set_virtual_routers(std::uint32_t ifindex, std::span<std::uint8_t const> vrids) {
    auto const slot = find(ifindex);
    if (!slot) return;
    __u32 filter = 0;
    for (auto const vrid : vrids) filter |= 1U << (vrid & 31);
    store(ports_[*slot].virtual_filter, filter);
}

bool PortTable::add_peer(std::uint32_t ifindex, Mac const& peer) {
    auto const slot = find(ifindex);
    if (!slot) return false;
    auto const word = __u64{mac_word(peer)};
    auto* place = static_cast<__u64*>(nullptr);
    for (auto& known : settings_.peer) {
        if (load(known) == word) place = &known;
        if (place == nullptr && load(known) == 0) place = &known;
    }
    if (place == nullptr) return false;
    store(*place, word);
    auto& filter = ports_[*slot].peer_filter;
    store(filter, load(filter) | __u64{1} << (peer.bytes[5] & 63));
    return true;
}

}  // namespace drover::dataplane
