#include "live/table.h"

#include <algorithm>
#include <cerrno>

#include "base/overloaded.h"
#include "live/answers.h"

namespace drover::live {

namespace {

namespace edit = model::edit;

constexpr std::uint32_t kLongestTimeout = 2'678'400;  // 31 days
constexpr std::string_view kPersistenceEngine = "sip";

// Of a sync daemon (ip_vs_sync.c, start_sync_thread): what is not said, and what a message may be long.
constexpr std::uint32_t kSyncGroup = 0xe0000051;  // 224.0.0.81
constexpr std::uint16_t kSyncPort = 8848;
constexpr std::uint32_t kUdpHeader = 8, kIpHeader = 20, kIp6Header = 40, kLargestPacket = 65'535;
constexpr std::uint32_t kLeastMtu = 1500, kLeastOfBackup = 1024;

std::size_t index_of(model::SyncRole role) { return role == model::SyncRole::master ? 0 : 1; }

/// What IPVS takes for a server's address: unicast, and of IPv6 none that needs an interface beside it.
bool can_be_server(Address const& address) {
    if (address.is_unspecified() || address.is_multicast()) return false;
    if (!address.is_v4()) return (address.bytes()[0] != 0xfe || (address.bytes()[1] & 0xc0) != 0x80);
    return address.v4() != ~std::uint32_t{0};
}

/// Flags that ipvsadm has no word for stay as they are.
void keep_own_flags(model::SchedulerFlags const& before, model::SchedulerFlags& flags) {
    flags.sh_even = before.sh_even;
    flags.random_start = before.random_start;
}

std::uint16_t message_length(model::SyncDaemon const& daemon, std::uint32_t mtu) {
    bool const is_backup = daemon.role == model::SyncRole::backup;
    auto const header = kUdpHeader + (daemon.group->is_v4() ? kIpHeader : kIp6Header);
    if (daemon.max_length == 0)
        return static_cast<std::uint16_t>((is_backup ? std::clamp(mtu, kLeastMtu, kLargestPacket) : kLeastMtu) -
                                          header);
    auto const least = is_backup ? kLeastOfBackup : 1;
    return static_cast<std::uint16_t>(std::clamp(std::uint32_t{daemon.max_length}, least, kLargestPacket - header));
}

}  // namespace

model::EditOutcome Table::check(model::Edit const& asked) const {
    auto const code = error_of(asked);
    return code == 0 ? model::EditOutcome{} : refused(asked, code);
}

/// In the order in which IPVS looks (ip_vs_ctl.c): of two errors it tells the first.
int Table::error_of(model::Edit const& asked) const {
    auto const missing = [this](model::ServiceName const& name) { return there(name) == nullptr ? ESRCH : 0; };
    return std::visit(
        Overloaded{
            [&](edit::AddService const& e) {
                return there(e.service.name) != nullptr ? EEXIST : error_of_service(e.service);
            },
            [&](edit::ChangeService const& e) {
                return there(e.service.name) == nullptr ? ESRCH : error_of_service(e.service);
            },
            [&](edit::RemoveService const& e) { return missing(e.service); },
            [&](edit::AddServer const& e) {
                if (auto const code = error_of_server(e.service, e.server)) return code;
                if (there(e.service)->server(e.server.endpoint) != nullptr) return EEXIST;
                return can_be_server(e.server.endpoint.address) ? 0 : EINVAL;
            },
            [&](edit::ChangeServer const& e) {
                if (auto const code = error_of_server(e.service, e.server)) return code;
                return there(e.service)->server(e.server.endpoint) == nullptr ? ENOENT : 0;
            },
            [&](edit::RemoveServer const& e) {
                auto const* const service = there(e.service);
                return service == nullptr ? ESRCH : service->server(e.server) == nullptr ? ENOENT : 0;
            },
            [](edit::Clear const&) { return 0; },
            [&](edit::Zero const& e) { return e.service ? missing(*e.service) : 0; },
            [](edit::SetTimeouts const& e) {
                return std::max({e.timeouts.tcp, e.timeouts.tcpfin, e.timeouts.udp}) > kLongestTimeout ? EINVAL : 0;
            },
            [&](edit::StartSync const& e) { return error_of_start(e.daemon); },
            [&](edit::StopSync const& e) { return daemons_[index_of(e.role)] ? 0 : ESRCH; },
        },
        asked);
}

int Table::error_of_service(model::LiveService const& service) const {
    if (!model::scheduler_named(service.scheduler)) return ENOENT;
    if (!service.persistence_engine.empty() && service.persistence_engine != kPersistenceEngine) return ENOENT;
    bool const is_v6 = service.name.family() == Family::v6;
    return is_v6 && (service.persistence_mask < 1 || service.persistence_mask > 128) ? EINVAL : 0;
}

/// What is wrong with it wherever it comes from, be it added or changed.
int Table::error_of_server(model::ServiceName const& name, model::LiveServer const& server) const {
    if (there(name) == nullptr) return ESRCH;
    if (server.endpoint.address.family() != name.family() &&
        (server.forwarding != model::Forwarding::tunnel || daemons_[0] || daemons_[1]))
        return EINVAL;
    if (server.weight < 0 || server.lower_threshold > server.upper_threshold) return ERANGE;
    bool const is_gue =
        server.forwarding == model::Forwarding::tunnel && server.tunnel.type == model::Tunnel::Type::gue;
    return is_gue && server.tunnel.port == 0 ? EINVAL : 0;
}

int Table::error_of_start(model::SyncDaemon const& daemon) const {
    if (has_mixed_families()) return EINVAL;
    if (!mtu_of_(daemon.interface)) return ENODEV;
    return daemons_[index_of(daemon.role)] ? EEXIST : 0;
}

model::EditOutcome Table::apply(model::Edit const& asked, By by) {
    if (auto outcome = check(asked); !outcome.done()) return outcome;
    std::visit(Overloaded{
                   [&](edit::AddService const& e) { put_service(e.service, by); },
                   [&](edit::ChangeService const& e) { put_service(e.service, by); },
                   [&](edit::RemoveService const& e) { remove_service(e.service, by); },
                   [&](edit::AddServer const& e) { put_server(e.service, e.server, by); },
                   [&](edit::ChangeServer const& e) { put_server(e.service, e.server, by); },
                   [&](edit::RemoveServer const& e) { remove_server(e.service, e.server, by); },
                   [&](edit::Clear const&) { clear(by); },
                   [&](edit::Zero const&) {},
                   [&](edit::SetTimeouts const& e) { set_timeouts(e.timeouts, by); },
                   [&](edit::StartSync const& e) { start(e.daemon); },
                   [&](edit::StopSync const& e) { stop(e.role); },
               },
               asked);
    return {};
}

void Table::put_service(model::LiveService service, By const& by) {
    auto const* const known = find(service.name);
    done_.push_back(ServiceBefore{service.name, known == nullptr ? std::nullopt : std::optional(*known)});
    if (known != nullptr && known->configured()) keep_own_flags(known->configured()->flags, service.flags);
    entry(service.name).put(service, by);
}

void Table::remove_service(model::ServiceName const& name, By const& by) {
    auto& service = services_.at(name);
    auto before = service;
    service.remove(by);
    done_.push_back(ServiceBefore{name, std::move(before)});
    drop_if_nothing(name);
}

void Table::put_server(model::ServiceName const& name, model::LiveServer const& server, By const& by) {
    auto& service = services_.at(name);
    auto const* const change = service.server_change(server.endpoint);
    done_.push_back(ServerBefore{name, server.endpoint, change == nullptr ? std::nullopt : std::optional(*change)});
    service.put_server(server, by);
}

void Table::remove_server(model::ServiceName const& name, Endpoint const& server, By const& by) {
    auto& service = services_.at(name);
    auto const* const change = service.server_change(server);
    done_.push_back(ServerBefore{name, server, change == nullptr ? std::nullopt : std::optional(*change)});
    service.remove_server(server, by);
}

void Table::clear(By const& by) {
    for (auto const* const service : services()) remove_service(model::ServiceName(service->name()), by);
}

void Table::set_timeouts(model::Timeouts const& wanted, By const& by) {
    done_.push_back(TimeoutsBefore{timeouts_, timeouts_by_});
    auto now = timeouts();
    if (wanted.tcp != 0) now.tcp = wanted.tcp;
    if (wanted.tcpfin != 0) now.tcpfin = wanted.tcpfin;
    if (wanted.udp != 0) now.udp = wanted.udp;
    if (now == timeouts()) return;
    bool const is_configured = now == configured_timeouts_;
    timeouts_ = is_configured ? std::nullopt : std::optional(now);
    timeouts_by_ = is_configured ? By{} : by;
}

void Table::start(model::SyncDaemon daemon) {
    if (!daemon.group) daemon.group = Address::v4(kSyncGroup);
    if (daemon.port == 0) daemon.port = kSyncPort;
    if (daemon.ttl == 0) daemon.ttl = 1;
    daemon.max_length = message_length(daemon, mtu_of_(daemon.interface).value_or(kLeastMtu));
    auto& place = daemons_[index_of(daemon.role)];
    done_.push_back(SyncBefore{daemon.role, place});
    place = std::move(daemon);
}

void Table::stop(model::SyncRole role) {
    auto& place = daemons_[index_of(role)];
    done_.push_back(SyncBefore{role, std::move(place)});
    place.reset();
}

bool Table::has_mixed_families() const {
    return std::ranges::any_of(services_, [](auto const& entry) {
        auto const family = entry.first.family();
        return std::ranges::any_of(entry.second.server_changes(), [&](ServerChange const& change) {
            return change.now && change.endpoint.address.family() != family;
        });
    });
}

Service const* Table::find(model::ServiceName const& name) const {
    auto const found = services_.find(name);
    return found == services_.end() ? nullptr : &found->second;
}

Service const* Table::there(model::ServiceName const& name) const {
    auto const* const service = find(name);
    return service == nullptr || service->now() == nullptr ? nullptr : service;
}

Service& Table::entry(model::ServiceName const& name) {
    auto const [place, is_new] = services_.try_emplace(name, name, next_number_);
    if (is_new) ++next_number_;
    return place->second;
}

void Table::drop_if_nothing(model::ServiceName const& name) {
    if (auto const found = services_.find(name); found != services_.end() && found->second.is_nothing())
        services_.erase(found);
}

void Table::undo() {
    while (!done_.empty()) {
        auto before = std::move(done_.back());
        done_.pop_back();
        undo(std::move(before));
    }
}

void Table::undo(Before before) {
    std::visit(Overloaded{
                   [this](ServiceBefore& b) {
                       services_.erase(b.name);
                       if (b.service) services_.emplace(b.name, std::move(*b.service));
                   },
                   [this](ServerBefore& b) {
                       auto& service = services_.at(b.service);
                       if (b.change)
                           service.set_server_change(std::move(*b.change));
                       else
                           service.forget_server_change(b.server);
                   },
                   [this](TimeoutsBefore& b) {
                       timeouts_ = b.timeouts;
                       timeouts_by_ = b.by;
                   },
                   [this](SyncBefore& b) { daemons_[index_of(b.role)] = std::move(b.daemon); },
               },
               before);
}

namespace {

std::vector<Service const*> in_order(std::unordered_map<model::ServiceName, Service> const& services, bool are_there) {
    std::vector<Service const*> found;
    for (auto const& [name, service] : services)
        if ((service.now() != nullptr) == are_there && !service.is_nothing()) found.push_back(&service);
    std::ranges::sort(found, {}, &Service::number);
    return found;
}

}  // namespace

std::vector<Service const*> Table::services() const { return in_order(services_, true); }
std::vector<Service const*> Table::removed() const { return in_order(services_, false); }

std::vector<model::SyncDaemon> Table::sync_daemons() const {
    std::vector<model::SyncDaemon> running;
    for (auto const& daemon : daemons_)
        if (daemon) running.push_back(*daemon);
    return running;
}

}  // namespace drover::live
