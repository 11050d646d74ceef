// The service table: which (address, port, protocol) is which service, and which addresses are VIPs at all.
#pragma once

#include <set>
#include <unordered_map>

#include "base/address.h"
#include "base/endpoint.h"
#include "base/result.h"
#include "dataplane/tables.h"

namespace drover::dataplane {

class VipTable {
public:
    VipTable(std::span<contract::vip_bucket> buckets, Kernel& kernel) : buckets_(buckets), kernel_(kernel) {}

    /// The service can be reached from now on. Fails only when the spill map is full.
    Result<void> insert(ServiceKey const& key, std::uint32_t service);
    /// No packet finds it any more; runs that have begun may still.
    void erase(ServiceKey const& key);
    /// What an earlier daemon has inserted; what it did not come to, because it died, is made up for.
    Result<void> adopt(ServiceKey const& key, std::uint32_t service);

    /// Both entries are as they were inserted; true if one was not, and has been written again.
    Result<bool> restore(ServiceKey const& key, std::uint32_t service);

private:
    std::uint32_t address_value(Address const& address);
    Result<bool> restore_key(contract::vip_key const& key, std::uint32_t value);
    Result<void> put_address(Address const& address);
    Result<void> put_key(contract::vip_key const& key, std::uint32_t value);
    Result<void> insert_key(contract::vip_key const& key, std::uint32_t value);
    void erase_key(contract::vip_key const& key);

    std::span<contract::vip_bucket> buckets_;
    Kernel& kernel_;
    std::unordered_map<Address, std::set<ServiceKey>> services_;  // of each VIP: its own entry goes with the last one
};

}  // namespace drover::dataplane
