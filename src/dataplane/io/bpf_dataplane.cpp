#include "dataplane/io/bpf_dataplane.h"

#include <cstring>
#include <algorithm>
#include <array>
#include <chrono>

#include "base/log.h"
#include "dataplane/encode.h"
#include "dataplane/io/attachment.h"
#include "dataplane/words.h"

namespace drover::dataplane {

namespace {

constexpr auto kSweepEvery = std::chrono::seconds(1);
constexpr Duration kReconcileEvery = 10s;  ///< what is in the tables, with what was written there
constexpr std::uint32_t kFloodLullSeconds = 2;

constexpr std::array<char const*, contract::EVICTION_COUNT> kEvictionNames{"expired", "closed", "template", "half_open", "oldest"};

struct VerdictName {
    char const* action;
    char const* reason;
};

constexpr std::array<VerdictName, contract::VERDICT_COUNT> kVerdictNames{{
#define FORWARD "forward"
#define PASS "pass"
#define DROP "drop"
#define ANSWER "answer"
#define X(name, action, text) VerdictName{action, #name},
    DROVER_VERDICTS(X)
#undef X
#undef FORWARD
#undef PASS
#undef DROP
#undef ANSWER
}};

model::Counters counters(contract::traffic const& counted, contract::traffic const& carried) {
    return {counted.connections + carried.connections, counted.packets + carried.packets, counted.bytes + carried.bytes};
}

}  // namespace

Result<std::unique_ptr<BpfDataplane>> BpfDataplane::open(Pins pins, std::uint64_t slots) {
    auto object = BpfObject::load(&pins, slots);
    if (!object) return std::unexpected(object.error());
    return std::unique_ptr<BpfDataplane>(new BpfDataplane(std::move(pins), std::move(*object)));
}

BpfDataplane::BpfDataplane(Pins pins, std::unique_ptr<BpfObject> object)
    : pins_(std::move(pins)), object_(std::move(object)), programmer_(object_->tables(), *object_, object_->ticks()),
      flood_(object_->ticks().from_seconds(kFloodLullSeconds)) {}

BpfDataplane::~BpfDataplane() = default;

Result<model::AttachmentObserved> BpfDataplane::attach(int ifindex, std::string const& interface, Mac const& mac,
                                                       std::optional<model::Taking> taking) {
    auto const slot = programmer_.ports().put(static_cast<std::uint32_t>(ifindex), mac);
    if (!slot) return std::unexpected(slot.error());
    if (auto done = object_->set_egress(*slot, static_cast<std::uint32_t>(ifindex)); !done)
        return std::unexpected(done.error());
    programmer_.ports_changed();
    auto attachment = dataplane::attach(pins_, {object_->program_fd(), [this] { return object_->tc_program_fd(); }},
                                        ifindex, interface, taking);
    if (attachment) attached_[ifindex] = *attachment;
    return attachment;
}

void BpfDataplane::set_mac(int ifindex, Mac const& mac) {
    if (programmer_.ports().find(static_cast<std::uint32_t>(ifindex)))
        (void)programmer_.ports().put(static_cast<std::uint32_t>(ifindex), mac);
}

void BpfDataplane::set_virtual_routers(int ifindex, std::span<std::uint8_t const> vrids) {
    programmer_.ports().set_virtual_routers(static_cast<std::uint32_t>(ifindex), vrids);
}

void BpfDataplane::detach(int ifindex) {
    take_off(ifindex);
    programmer_.ports().erase(static_cast<std::uint32_t>(ifindex));
    programmer_.ports_changed();
    attached_.erase(ifindex);
}

void BpfDataplane::take_off(int ifindex) {
    if (auto done = dataplane::detach(pins_, ifindex); !done) log::warning("{}", done.error().message);
}

std::vector<int> BpfDataplane::attached() const {
    std::vector<int> interfaces;
    for (auto const& [ifindex, attachment] : attached_) interfaces.push_back(ifindex);
    return interfaces;
}

Result<void> BpfDataplane::watch(std::vector<Watched> const& instances) {
    std::vector<std::pair<contract::watched_key, std::uint32_t>> wanted;
    for (auto const& instance : instances) {
        auto const role = roles().find(instance.instance);
        if (!role) continue;
        for (auto const& address : instance.addresses) {
            contract::watched_key key{};
            std::memcpy(key.address, address.bytes().data(), sizeof key.address);
            wanted.emplace_back(key, *role | (instance.accepts ? 0U : contract::WATCHED_CLOSED));
        }
        contract::watched_key key{};
        key.ifindex = static_cast<__u32>(instance.ifindex);
        key.vrid_protocol = instance.virtual_router_id | (instance.family == Family::v4 ? 4U : 6U) << 8;
        if (instance.ifindex != 0) wanted.emplace_back(key, *role);
    }
    return object_->watch(wanted);
}

bool BpfDataplane::add_peer(int ifindex, Mac const& peer) {
    std::scoped_lock const lock(peers_);
    return programmer_.ports().add_peer(static_cast<std::uint32_t>(ifindex), peer);
}

void BpfDataplane::start_sweeping() {
    sweeper_ = std::jthread([this](std::stop_token stop) { sweep_until_stopped(std::move(stop)); });
}

void BpfDataplane::sweep_until_stopped(std::stop_token stop) {
    Sweeper sweeper(object_->tables(), object_->ticks());
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
        auto const result = sweeper.sweep(object_->now());
        entries_.store(result.entries, std::memory_order_relaxed);
        wide_entries_.store(result.wide, std::memory_order_relaxed);
        if (result.stuck > 0) log::warning("connection table: {} slots had lost their owner and were freed", result.stuck);
        if (result.corrected > 0) log::warning("connection counts of {} servers were corrected", result.corrected);
        wake.wait_for(lock, stop, kSweepEvery, [] { return false; });
    }
}

model::DataplaneObserved BpfDataplane::observe() const {
    model::DataplaneObserved seen;
    for (auto const& [ifindex, attachment] : attached_) seen.attachments.push_back(attachment);
    seen.capacity = (object_->tables().narrow.size() + object_->tables().wide.size()) * contract::BUCKET_SLOTS;
    seen.entries = entries_.load(std::memory_order_relaxed);
    auto const wide = std::min(seen.entries, wide_entries_.load(std::memory_order_relaxed));
    seen.tables = {{"narrow", object_->tables().narrow.size() * contract::BUCKET_SLOTS, seen.entries - wide},
                   {"wide", object_->tables().wide.size() * contract::BUCKET_SLOTS, wide}};
    auto const evictions = object_->eviction_counts();
    for (std::size_t kind = contract::EVICT_CLOSED; kind < evictions.size(); ++kind) seen.live_evictions += evictions[kind];
    for (std::size_t kind = 0; kind < evictions.size(); ++kind)
        seen.evictions.push_back({kEvictionNames[kind], evictions[kind]});
    seen.timeouts = programmer_.timeouts();
    seen.limits = programmer_.current().limits;
    seen.flood = flood_.flood();
    seen.rates = rates_.all();
    auto const verdicts = object_->verdict_counts();
    for (std::size_t i = 0; i < verdicts.size(); ++i)
        seen.verdicts.push_back({kVerdictNames[i].action, kVerdictNames[i].reason, verdicts[i]});
    for (auto const& service : programmer_.current().services)
        if (auto const id = programmer_.book().find_service(service.key)) {
            seen.services.push_back(observe_service(*id, service));
            rates_.show(seen.services.back());
        }
    return seen;
}

Result<std::vector<plan::Change>> BpfDataplane::apply(model::Desired const& wanted) {
    std::unique_lock names(names_);
    auto changes = programmer_.apply(wanted);
    names.unlock();
    if (changes) begin_rates(*changes);
    return changes;
}

Result<std::vector<plan::Change>> BpfDataplane::apply_some(std::span<ServiceKey const> keys,
                                                           std::vector<model::DesiredService> wanted) {
    std::unique_lock names(names_);
    auto changes = programmer_.apply_some(keys, std::move(wanted));
    names.unlock();
    if (changes) begin_rates(*changes);
    return changes;
}

void BpfDataplane::begin_rates(std::vector<plan::Change> const& changes) {
    for (auto const& change : changes)
        if (auto const* const added = std::get_if<plan::AddService>(&change))
            if (auto const id = programmer_.book().find_service(added->service.key))
                rates_.begin(observe_service(*id, added->service));
}

std::unique_ptr<Exchange> BpfDataplane::exchange() {
    auto const& tables = object_->tables();
    std::scoped_lock const lock(names_);
    if (!told_) told_ = std::make_shared<Told>((tables.narrow.size() + tables.wide.size()) * contract::BUCKET_SLOTS);
    return std::make_unique<Exchange>(tables, programmer_.book(), object_->ticks(), told_);
}

void BpfDataplane::take_turn(std::int64_t now_unix_us) {
    for (auto const& service : programmer_.current().services) {
        auto const id = programmer_.book().find_service(service.key);
        if (!id || *id % RateBook::kTurns != turn_) continue;
        auto const seen = observe_service(*id, service);
        rates_.sample(seen);
        watch_reach(seen);
    }
    rates_.end_turn();
    turn_ = (turn_ + 1) % RateBook::kTurns;
    watch_flood(now_unix_us);
    look_after_grace();
    auto const in_a_turn = programmer_.current().services.size() * kTurnEvery / kReconcileEvery + 1;
    for (auto const& what : programmer_.reconcile(static_cast<std::size_t>(in_a_turn)))
        log::warning("{} was changed in the packet path's tables by another hand: written again", what);
}

/// The waiting is done by a thread of its own, since the main thread never waits.
void BpfDataplane::look_after_grace() {
    if (grace_.joinable()) {
        if (!grace_is_over_.load(std::memory_order_acquire)) return;
        grace_.join();
        grace_ = {};
        auto const names = hold_names();
        programmer_.end_grace();
    }
    if (!programmer_.begin_grace()) return;
    grace_is_over_.store(false, std::memory_order_relaxed);
    grace_ = std::jthread([this] {
        object_->wait_for_readers();
        grace_is_over_.store(true, std::memory_order_release);
    });
}

void BpfDataplane::watch_reach(model::ServiceObserved const& service) {
    switch (reach_.look(service)) {
        case Reach::News::none: return;
        case Reach::News::lost:
            log::warning("service {} cannot be served: the MAC address of none of its real servers is known",
                         service.key.keepalived_text());
            return;
        case Reach::News::found:
            log::notice("service {} can be served again: the MAC address of a real server is known",
                        service.key.keepalived_text());
            return;
    }
}

void BpfDataplane::watch_flood(std::int64_t now_unix_us) {
    auto const& settings = *object_->tables().settings;
    if (load(settings.flood_tick) == 0) return;
    if (!flood_.look(load(settings.flood_tick), object_->now(), now_unix_us)) return;
    if (flood_.flood().lasts)
        log::warning("flood: more than {} new flows a second on a CPU, SYNs are scheduled by hash without an entry",
                     programmer_.current().limits.flood_rate);
    else
        log::notice("the flood of new flows is over");
}

Result<std::size_t> BpfDataplane::zero(std::optional<ServiceKey> const& service) {
    auto const done = programmer_.zero(service);
    if (!done) return done;
    if (service)
        rates_.zero(*service);
    else
        rates_.zero_all();
    return done;
}

model::ServiceObserved BpfDataplane::observe_service(std::uint32_t id, model::DesiredService const& service) const {
    auto const& tables = object_->tables();
    model::ServiceObserved seen;
    seen.key = service.key;
    seen.scheduler = service.scheduler;
    seen.flags = service.flags;
    seen.one_packet = service.one_packet;
    seen.allow = static_cast<std::uint32_t>(service.allow.size());
    seen.deny = static_cast<std::uint32_t>(service.deny.size());
    seen.persistence_timeout = service.persistence_timeout;
    seen.persistence_prefix = service.persistence_prefix;
    seen.instance = service.instance;
    seen.gate_open = load(tables.roles[tables.services[id].role].gate) != 0;
    seen.counters = counters(object_->service_traffic(id), tables.service_names[id].carried);
    for (auto const& server : service.servers)
        if (auto const number = programmer_.book().find_server(id, server.endpoint))
            seen.servers.push_back(observe_server(programmer_.book().record_of(id, *number), server));
    seen.unreachable = !seen.servers.empty() && std::ranges::none_of(seen.servers, [](model::ServerObserved const& server) {
        return server.local || server.next_hop.has_value();
    });
    return seen;
}

model::ServerObserved BpfDataplane::observe_server(std::uint32_t record, model::DesiredServer const& server) const {
    auto const& tables = object_->tables();
    model::ServerObserved seen;
    seen.endpoint = server.endpoint;
    seen.weight = server.weight;
    seen.upper_threshold = server.upper_threshold;
    seen.lower_threshold = server.lower_threshold;
    seen.overloaded = load(tables.loads[record].overloaded) != 0;
    seen.active = load(tables.loads[record].active);
    seen.inactive = load(tables.loads[record].inactive);
    seen.persistent = load(tables.loads[record].persistent);
    seen.counters = counters(object_->server_traffic(record), tables.server_names[record].carried);
    if (auto const hop = programmer_.next_hop(server.endpoint.address)) {
        seen.local = hop->local;
        if (!hop->local) seen.next_hop = hop->mac;
        if (auto const attachment = attached_.find(static_cast<int>(hop->ifindex)); attachment != attached_.end())
            seen.next_hop_interface = attachment->second.interface;
    }
    return seen;
}

void BpfDataplane::remove() {
    sweeper_ = {};
    grace_ = {};
    for (int const ifindex : pins_.interfaces()) take_off(ifindex);
    attached_.clear();
    pins_.remove_all();
}

}  // namespace drover::dataplane
