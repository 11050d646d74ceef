#include "dataplane/vip_table.h"

#include <algorithm>
#include <cstring>

#include "dataplane/encode.h"
#include "dataplane/words.h"

namespace drover::dataplane {

namespace {

bool same(contract::vip_key const& a, contract::vip_key const& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

/// service and flags of an entry, the word that makes it valid.
std::uint32_t& state_word(contract::vip_entry& entry) { return *reinterpret_cast<std::uint32_t*>(&entry.service); }

/// A value is what vip_find() gives: the service, and VIP_HAS_FTP in the high half.
std::uint32_t state_of(std::uint32_t value, std::uint32_t flags) { return value | flags << 16; }

constexpr std::uint32_t kHasFtp = contract::VIP_HAS_FTP << 16;

bool is_ftp(ServiceKey const& key) { return key.protocol == Protocol::tcp && key.endpoint.port == 21; }

}  // namespace

Result<void> VipTable::insert(ServiceKey const& key, std::uint32_t service) {
    auto& known = services_[key.endpoint.address];
    if (known.contains(key)) return {};
    if (auto done = insert_key(vip_key(key), service); !done) return done;
    known.insert(key);
    auto const done = put_address(key.endpoint.address);
    if (!done) {
        known.erase(key);
        erase_key(vip_key(key));
    }
    return done;
}

Result<void> VipTable::adopt(ServiceKey const& key, std::uint32_t service) {
    if (auto done = put_key(vip_key(key), service); !done) return done;
    services_[key.endpoint.address].insert(key);
    return put_address(key.endpoint.address);
}

void VipTable::erase(ServiceKey const& key) {
    auto const known = services_.find(key.endpoint.address);
    if (known == services_.end() || known->second.erase(key) == 0) return;
    erase_key(vip_key(key));
    if (known->second.empty()) {
        services_.erase(known);
        erase_key(vip_address_key(key.endpoint.address));
    } else if (is_ftp(key)) {
        (void)put_address(key.endpoint.address);  // it is there: nothing that could fail
    }
}

/// The entry that says that this is a VIP, and whether FTP takes other ports along.
Result<void> VipTable::put_address(Address const& address) {
    return put_key(vip_address_key(address), address_value(address));
}

std::uint32_t VipTable::address_value(Address const& address) {
    return std::ranges::any_of(services_[address], is_ftp) ? kHasFtp : 0;
}

Result<bool> VipTable::restore(ServiceKey const& key, std::uint32_t service) {
    auto const address = key.endpoint.address;
    auto const own = restore_key(vip_key(key), service);
    if (!own) return own;
    auto const of_address = restore_key(vip_address_key(address), address_value(address));
    if (!of_address) return of_address;
    return *own || *of_address;
}

Result<bool> VipTable::restore_key(contract::vip_key const& key, std::uint32_t value) {
    auto const& bucket = buckets_[contract::vip_hash(&key)];
    for (auto const& entry : bucket.entry) {
        if ((entry.flags & contract::VIP_USED) == 0 || !same(entry.key, key)) continue;
        std::uint32_t const other = entry.flags & contract::VIP_SPILLED;
        if (load(state_word(const_cast<contract::vip_entry&>(entry))) == state_of(value, other | contract::VIP_USED)) return false;
    }
    if ((bucket.entry[0].flags & contract::VIP_SPILLED) != 0 && kernel_.spilled_vip(key) == value) return false;
    if (auto done = put_key(key, value); !done) return std::unexpected(done.error());
    return true;
}

/// The spill map cannot be asked, but told once more what it holds already.
Result<void> VipTable::put_key(contract::vip_key const& key, std::uint32_t value) {
    auto& bucket = buckets_[contract::vip_hash(&key)];
    for (auto& entry : bucket.entry) {
        if ((entry.flags & contract::VIP_USED) == 0 || !same(entry.key, key)) continue;
        store(state_word(entry), state_of(value, (entry.flags & contract::VIP_SPILLED) | std::uint32_t{contract::VIP_USED}));
        return {};
    }
    if ((bucket.entry[0].flags & contract::VIP_SPILLED) != 0) return kernel_.spill_vip(key, value);
    return insert_key(key, value);
}

Result<void> VipTable::insert_key(contract::vip_key const& key, std::uint32_t value) {
    auto& bucket = buckets_[contract::vip_hash(&key)];
    for (auto& entry : bucket.entry) {
        if ((entry.flags & contract::VIP_USED) != 0) continue;
        std::uint32_t const kept = entry.flags & contract::VIP_SPILLED;
        store(entry.key.address[0], key.address[0]);
        store(entry.key.address[1], key.address[1]);
        store(entry.key.port_protocol, key.port_protocol);
        store(state_word(entry), state_of(value, kept | contract::VIP_USED));
        return {};
    }
    auto& first = bucket.entry[0];  // told before it is true, so that a key in the spill map is always found
    store(state_word(first), state_of(first.service, first.flags | std::uint32_t{contract::VIP_SPILLED}));
    return kernel_.spill_vip(key, value);
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
