// All maps of the contract as plain memory. In the daemon they are mapped from the kernel (io/maps.h); in tests they are
// vectors, and the same code runs on them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/prefix.h"
#include "base/result.h"
#include "bpf/contract.h"

namespace drover::dataplane {

struct Tables {
    std::span<contract::vip_bucket> vips;
    std::span<contract::service> services;
    std::span<contract::cursor> cursors;
    std::span<contract::ring_chunk> rings;
    std::span<contract::server> servers;
    std::span<contract::server_load> loads;
    std::span<contract::port> ports;
    std::span<contract::role> roles;
    std::span<contract::rival> rivals;
    contract::settings* settings = nullptr;
    std::span<contract::narrow_bucket> narrow;
    std::span<contract::wide_bucket> wide;
    contract::layout* layout = nullptr;
    std::span<contract::service_name> service_names;
    std::span<contract::server_name> server_names;
    contract::journal_head* journal_head = nullptr;
    std::span<contract::journal_entry> journal;
};

struct SourceRule {
    Prefix prefix;
    bool allowed = false;
    bool operator==(SourceRule const&) const = default;
};

/// What cannot be done by writing into memory.
class Kernel {
public:
    virtual ~Kernel() = default;

    /// Returns when every run of the packet path that had begun before the call has ended: what was made unreachable
    /// before may then be used for something else.
    virtual void wait_for_readers() = 0;

    /// `value`: the service in the low half, VIP_HAS_FTP in the high one.
    virtual Result<void> spill_vip(contract::vip_key const& key, std::uint32_t value) = 0;
    virtual std::optional<std::uint32_t> spilled_vip(contract::vip_key const& key) const = 0;
    virtual void unspill_vip(contract::vip_key const& key) = 0;

    /// allow and deny prefixes of a service (contract.h, struct source_key).
    virtual Result<void> put_source(std::uint32_t service, SourceRule const& rule) = 0;
    virtual void remove_source(std::uint32_t service, Prefix const& prefix) = 0;
    virtual std::vector<SourceRule> sources_of(std::uint32_t service) const = 0;

    /// Sums over all CPUs.
    virtual contract::traffic service_traffic(std::uint32_t id) const = 0;
    virtual contract::traffic server_traffic(std::uint32_t record) const = 0;
};

}  // namespace drover::dataplane
