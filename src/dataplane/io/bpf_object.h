// The loaded program and its maps: made anew, or taken over from an earlier daemon with everything in them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "dataplane/io/pins.h"
#include "dataplane/tables.h"
#include "dataplane/ticks.h"

struct drover_bpf;
struct drover_tc_bpf;

namespace drover::dataplane {

class BpfObject final : public Kernel {
public:
    /// `slots`: size of a new connection table, rounded up to a power of two; one that is taken over keeps its own.
    /// With `pins` null nothing is pinned (tests, benchmarks). Fails with a sentence: a missing capability, a kernel too
    /// old, pins of another layout.
    static Result<std::unique_ptr<BpfObject>> load(Pins const* pins, std::uint64_t slots);
    ~BpfObject() override;

    Tables const& tables() const { return tables_; }
    Ticks ticks() const { return ticks_; }
    bool adopted() const { return adopted_; }
    int program_fd() const;
    /// The same packet path for tc ingress, on the same maps. Loaded at the first call, which takes about a second (the
    /// kernel verifies it): few hosts need it.
    Result<int> tc_program_fd();
    /// Now, as the packet path counts it.
    std::uint32_t now() const;

    /// These addresses and virtual routers are watched from now on, and no others. Role numbers by key.
    Result<void> watch(std::vector<std::pair<contract::watched_key, std::uint32_t>> const& wanted);

    Result<void> set_egress(std::uint32_t slot, std::uint32_t ifindex);
    std::vector<std::uint64_t> verdict_counts() const;
    std::vector<std::uint64_t> eviction_counts() const;

    void wait_for_readers() override;
    Result<void> spill_vip(contract::vip_key const& key, std::uint32_t service) override;
    std::optional<std::uint32_t> spilled_vip(contract::vip_key const& key) const override;
    void unspill_vip(contract::vip_key const& key) override;
    Result<void> put_source(std::uint32_t service, SourceRule const& rule) override;
    void remove_source(std::uint32_t service, Prefix const& prefix) override;
    std::vector<SourceRule> sources_of(std::uint32_t service) const override;
    contract::traffic service_traffic(std::uint32_t id) const override;
    contract::traffic server_traffic(std::uint32_t record) const override;

private:
    BpfObject();
    Result<void> read_pinned_layout(Pins const& pins);
    Result<void> reuse_pinned(Pins const& pins);
    Result<void> pin_maps(Pins const& pins);
    Result<void> map_tables();
    Result<void> load_tc();
    void write_layout();
    void read_sources();
    template <class Value>
    Result<std::span<Value>> map_memory(char const* name);
    contract::traffic sum_traffic(int map, std::uint32_t key) const;
    std::vector<std::uint64_t> sum_counters(int map, std::uint32_t entries) const;

    drover_bpf* skeleton_ = nullptr;
    drover_tc_bpf* tc_skeleton_ = nullptr;
    contract::layout layout_{};
    Tables tables_;
    Ticks ticks_;
    bool adopted_ = false;
    std::size_t cpus_ = 1;
    std::vector<std::span<std::byte>> mappings_;
    std::unordered_map<std::uint32_t, std::vector<SourceRule>> sources_;  // what the trie holds, by service
};

}  // namespace drover::dataplane
