#include "dataplane/rates.h"

namespace drover::dataplane {

namespace {

void add_since(model::Counters& sum, model::Counters const& before, model::Counters const& now) {
    if (now.packets < before.packets || now.bytes < before.bytes || now.connections < before.connections) return;
    sum.connections += now.connections - before.connections;
    sum.packets += now.packets - before.packets;
    sum.bytes += now.bytes - before.bytes;
}

}  // namespace

void RateBook::begin(model::ServiceObserved const& service) {
    if (!services_.contains(service.key)) sample(service);
}

void RateBook::sample(model::ServiceObserved const& service) {
    auto const [found, is_new] =
        services_.try_emplace(service.key, Entry{Estimator(service.counters), {}, service.counters, turn_});
    auto& entry = found->second;
    if (!is_new) {
        entry.service.sample(service.counters);
        add_since(total_, entry.total, service.counters);
        entry.total = service.counters;
        entry.turn = turn_;
    }
    entry.sample_servers(service.servers);
}

void RateBook::Entry::sample_servers(std::vector<model::ServerObserved> const& seen) {
    std::unordered_map<Endpoint, Estimator> kept;
    for (auto const& server : seen) {
        auto const known = servers.find(server.endpoint);
        auto const& before = known == servers.end() ? Estimator(server.counters) : known->second;
        kept.emplace(server.endpoint, before).first->second.sample(server.counters);
    }
    servers = std::move(kept);
}

void RateBook::end_turn() {
    ++turn_;
    if (turn_ % kTurns != 0) return;
    all_.sample(total_);
    std::erase_if(services_, [this](auto const& entry) { return entry.second.turn + kTurns < turn_; });
}

void RateBook::show(model::ServiceObserved& service) const {
    auto const found = services_.find(service.key);
    if (found == services_.end()) return;
    service.rates = found->second.service.rates();
    for (auto& server : service.servers)
        if (auto const known = found->second.servers.find(server.endpoint); known != found->second.servers.end())
            server.rates = known->second.rates();
}

void RateBook::Entry::zero() {
    total = {};
    service = Estimator(total);
    for (auto& [endpoint, estimator] : servers) estimator = Estimator(total);
}

void RateBook::zero(ServiceKey const& service) {
    if (auto const found = services_.find(service); found != services_.end()) found->second.zero();
}

void RateBook::zero_all() {
    for (auto& [key, entry] : services_) entry.zero();
    all_ = Estimator(total_);
}

}  // namespace drover::dataplane
