#include "dataplane/vip_table.h"

#include <cstring>

#include "dataplane/encode.h"
#include "dataplane/words.h"

namespace drover::dataplane {

namespace {

bool same(contract::vip_key const& a, contract::vip_key const& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

/// service and flags of an entry, the word that makes it valid.
std::uint32_t& state_word(contract::vip_entry& entry) { return *reinterpret_cast<std::uint32_t*>(&entry.service); }

std::uint32_t state_of(std::uint32_t service, std::uint32_t flags) { return service | flags << 16; }

}  // namespace

Result<void> VipTable::insert(ServiceKey const& key, std::uint32_t service) {
    if (auto done = insert_key(vip_key(key), service); !done) return done;
    if (++uses_[key.endpoint.address] > 1) return {};
    return insert_key(vip_address_key(key.endpoint.address), 0);
}

void VipTable::erase(ServiceKey const& key) {
    erase_key(vip_key(key));
    auto const uses = uses_.find(key.endpoint.address);
    if (uses == uses_.end() || --uses->second > 0) return;
    uses_.erase(uses);
    erase_key(vip_address_key(key.endpoint.address));
}

Result<void> VipTable::insert_key(contract::vip_key const& key, std::uint32_t service) {
    auto& bucket = buckets_[contract::vip_hash(&key)];
    for (auto& entry : bucket.entry) {
        if ((entry.flags & contract::VIP_USED) != 0) continue;
        std::uint32_t const kept = entry.flags & contract::VIP_SPILLED;
        store(entry.key.address[0], key.address[0]);
        store(entry.key.address[1], key.address[1]);
        store(entry.key.port_protocol, key.port_protocol);
        store(state_word(entry), state_of(service, kept | contract::VIP_USED));
        return {};
    }
    if (auto done = kernel_.spill_vip(key, service); !done) return done;
    auto& first = bucket.entry[0];
    store(state_word(first), state_of(first.service, first.flags | std::uint32_t{contract::VIP_SPILLED}));
    return {};
}

void VipTable::erase_key(contract::vip_key const& key) {
    for (auto& entry : buckets_[contract::vip_hash(&key)].entry) {
        if ((entry.flags & contract::VIP_USED) == 0 || !same(entry.key, key)) continue;
        store(state_word(entry), state_of(0, entry.flags & contract::VIP_SPILLED));
        return;
    }
    kernel_.unspill_vip(key);
}

}  // namespace drover::dataplane
