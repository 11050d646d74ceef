// Entries put into the connection table by hand, as the packet path would write them.
#pragma once

#include "dataplane/memory.h"

#include <arpa/inet.h>

namespace drover::dataplane::testing {

struct Entry {
    std::uint32_t service = 1;
    std::uint16_t server = 0;
    std::uint32_t client = 0xc0a80180;  // 192.168.1.128
    std::uint16_t port = 40000;
    std::uint32_t state = contract::STATE_ESTABLISHED;
    std::uint32_t flags = 0;
    std::uint32_t tick = 0;
};

inline std::uint64_t key_of(Entry const& entry) {
    auto const service = entry.service | ((entry.flags & contract::FLAG_TEMPLATE) != 0 ? contract::TEMPLATE_KEY : 0u);
    return contract::narrow_key(htonl(entry.client), htons(entry.port), static_cast<__u16>(service));
}

/// Writes it into a free slot of its first bucket and counts it.
inline contract::narrow_slot& put(Memory& memory, Entry const& entry) {
    auto const key = key_of(entry);
    auto& bucket = memory.narrow[contract::narrow_hash(key, 0) % memory.narrow.size()];
    auto& load = memory.loads[memory.services[entry.service].server_base + entry.server];
    if ((entry.flags & contract::FLAG_TEMPLATE) != 0)
        ++load.persistent;
    else
        ++((contract::ACTIVE_STATES >> entry.state & 1) != 0 ? load.active : load.inactive);
    for (auto& slot : bucket.slot) {
        if (contract::meta_slot_state(slot.meta) != contract::SLOT_FREE) continue;
        slot.key = key;
        slot.meta = contract::make_meta(contract::SLOT_LIVE, contract::meta_generation(slot.meta) + 1, entry.server,
                                        entry.state, entry.flags, entry.tick);
        return slot;
    }
    ADD_FAILURE() << "the bucket is full";
    return bucket.slot[0];
}

inline bool is_live(contract::narrow_slot const& slot) { return contract::meta_slot_state(slot.meta) == contract::SLOT_LIVE; }

}  // namespace drover::dataplane::testing
