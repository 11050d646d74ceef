#include "app/vrrp_router.h"

#include <algorithm>
#include <cstring>

#include <fmt/core.h>

#include "base/log.h"
#include "loop/io/clock.h"
#include "vrrp/advert_counts.h"
#include "vrrp/disagreement.h"
#include "vrrp/holding_lines.h"
#include "vrrp/resume.h"

namespace drover::app {
namespace {

// What could not be set, or has gone silently (a route with the network of its gateway), is tried again.
constexpr Duration holdings_checked_every = 5s;

/// 00:00:5e:00:01:xx, for IPv6 00:00:5e:00:02:xx (RFC 5798 7.3): moves with mastership, so it names no director.
bool is_virtual(Mac const& mac) {
    constexpr std::array<std::uint8_t, 4> prefix{0x00, 0x00, 0x5e, 0x00};
    return std::equal(prefix.begin(), prefix.end(), mac.bytes.begin()) && (mac.bytes[4] == 1 || mac.bytes[4] == 2);
}

}  // namespace

bool same_virtual_router(model::Instance const& a, model::Instance const& b) {
    return a.name == b.name && a.interface == b.interface && a.virtual_router_id == b.virtual_router_id &&
           a.version == b.version && a.family == b.family && a.multicast_group == b.multicast_group &&
           a.unicast_peers.empty() == b.unicast_peers.empty() && a.vmac == b.vmac;
}

VrrpRouter::VrrpRouter(model::Instance instance, bool grouped, VrrpOutside& outside, std::optional<Told> told)
    : instance_(std::move(instance)),
      held_(model::holdings_of(instance_)),
      outside_(outside),
      holdings_(outside.network, outside.spared),
      vmac_(outside.network),
      told_(std::move(told)),
      sequences_(static_cast<std::uint32_t>(loop::unix_microseconds() / 1'000'000)) {
    machine_.settings = settings(grouped);
}

vrrp::Settings VrrpRouter::settings(bool grouped) const {
    auto settings = vrrp::settings_of(instance_, grouped);
    settings.join_patience = outside_.join_patience;
    return settings;
}

std::optional<TimePoint> VrrpRouter::may_resume(TimePoint now) const {
    return vrrp::may_resume(outside_.board.saved(instance_.name), instance_, now, outside_.boot);
}

void VrrpRouter::start(vrrp::Judgement const& judgement, std::optional<TimePoint> resume, TimePoint now) {
    vmac_.keep(instance_);
    if (!judgement.waits_for.empty() && !resume) {
        // Whoever is master meanwhile, it is not us: what an earlier daemon left goes, and the gate first.
        if (machine_.why.empty()) {
            outside_.board.shut_gate(instance_.name);
            holdings_.drop(held_);
        }
        machine_.why = "waiting for " + judgement.waits_for;
        return;
    }
    is_started_ = true;
    auto const conditions = meet(judgement);
    // What it begins with counts as a change from what is configured.
    if (machine_.settings.tells_priority && !resume && conditions.priority != instance_.priority)
        outside_.notify(vrrp::change_of(instance_, vrrp::Happening::priority_as_backup, conditions.priority));
    vrrp::Start start{conditions, resume};
    if (auto const told = std::exchange(told_, std::nullopt)) {
        start.told = told->state;
        start.gave_to = told->gave_to;
    }
    give(start, now);
}

void VrrpRouter::hear(vrrp::Packet const& packet, Mac const& from, TimePoint now) {
    constexpr int owner = 255;
    if (instance_.owner_ignores_adverts && instance_.priority == owner) return;
    auto const heard = vrrp::decode(packet, vrrp::expectation_of(instance_, sequences_.least(packet.from)));
    if (!heard) return refuse(packet, heard.error(), now);
    auto const& advert = heard->advert;
    if (instance_.authentication.type == model::Authentication::Type::ah)
        sequences_.heard(packet.from, heard->sequence);
    ++counts_.received;
    if (advert.priority == 0) ++counts_.zero_received;
    master_address_ = packet.from;
    if (!is_virtual(from)) outside_.board.peer_seen(instance_.interface, from, packet.from);
    compare(packet.from, *heard);
    give(vrrp::AdvertHeard{packet.from, advert.priority, advert.interval}, now);
    if (machine_.hears_master) master_priority_ = advert.priority;
    if (is_master() && advert.priority > 0) brain_.second_master(packet.from, advert.priority, now);
    if (!address_note_.empty()) brain_.other_addresses(packet.from, address_note_, is_master() && advert.priority > 0, now);
    tell_split_brain(now);
}

void VrrpRouter::overhear(vrrp::Packet const& packet, TimePoint now) {
    auto const theirs = vrrp::addresses_in(packet);
    bool const shared = std::ranges::any_of(vrrp::addresses_of(instance_), [&](Address const& address) {
        return std::ranges::find(theirs, address) != theirs.end();
    });
    if (shared)
        refuse(packet,
               {vrrp::Reason::virtual_router,
                fmt::format("received VRID mismatch. Received {} and expect {}", vrrp::virtual_router_of(packet),
                            instance_.virtual_router_id)},
               now);
}

void VrrpRouter::run_timers(TimePoint now) {
    if (auto const wake = vrrp::wakes_at(machine_); wake && *wake <= now) {
        if (is_master()) look_for_claims(now);
        give(vrrp::TimerExpired{}, now);
        tell_split_brain(now);
    }
    if (check_holdings_ && *check_holdings_ <= now) put_back(now);
}

void VrrpRouter::look_around(vrrp::Judgement const& judgement, VrrpNetwork::Changes const& changes, TimePoint now) {
    if (!is_started_) return start(judgement, std::nullopt, now);
    if (changes.links) vmac_.keep(instance_);
    auto const conditions = meet(judgement);
    if (conditions != machine_.conditions) give(vrrp::ConditionsChanged{conditions}, now);
    // With its interface a route goes silently.
    if (is_master() && (changes.links || changes.holdings || holdings_.lacks_an_address(held_))) put_back(now);
}

void VrrpRouter::reconfigure(model::Instance instance, bool grouped, vrrp::Judgement const& judgement, TimePoint now) {
    instance_ = std::move(instance);
    auto const before = std::exchange(held_, model::holdings_of(instance_));
    // Also as a backup: what an earlier daemon may have left is ours to remove.
    holdings_.drop_difference(before, held_);
    address_note_.clear();
    checksum_note_.clear();
    if (!is_started_) {
        machine_.settings = settings(grouped);
        return start(judgement, std::nullopt, now);
    }
    give(vrrp::Reconfigured{settings(grouped), meet(judgement)}, now);
    if (is_master()) announce(hold(now).addresses, machine_.settings.garp.repeat, now);
}

void VrrpRouter::move_to(model::VrrpState state, std::string why, TimePoint now) {
    give(vrrp::MoveTo{state, std::move(why)}, now);
}

void VrrpRouter::stop(TimePoint now, bool deleted) {
    give(vrrp::Stop{deleted}, now);
    vmac_.remove(instance_);
}

std::optional<TimePoint> VrrpRouter::wakes_at() const {
    auto wake = vrrp::wakes_at(machine_);
    if (check_holdings_) wake = wake ? std::min(*wake, *check_holdings_) : *check_holdings_;
    return wake;
}

void VrrpRouter::give(vrrp::Event const& event, TimePoint now) {
    auto const before = machine_.state;
    auto step = vrrp::on(std::move(machine_), event, now);
    machine_ = std::move(step.next);
    if (machine_.state != before) {
        since_unix_us_ = loop::unix_microseconds();
        if (is_master()) master_since_ = now;
        if (before == model::VrrpState::master) ++counts_.released_master;
        ++transitions_;
    }
    for (auto const& action : step.actions) std::visit([&](auto const& a) { perform(a, now); }, action);
}

void VrrpRouter::perform(vrrp::Record const& record, TimePoint) {
    outside_.board.record(instance_.name, role(record.state, machine_.last_advert));
}

vrrp::SavedRole VrrpRouter::role(model::VrrpState state, TimePoint last_advert) const {
    return {state, last_advert, machine_.settings.interval, instance_.virtual_router_id, outside_.boot,
            vrrp::down_interval(machine_)};
}

void VrrpRouter::perform(vrrp::SendAdvert const& advert, TimePoint now) {
    auto const* const link = outside_.network.link(sends_by());
    if (!link) return;
    auto const sent = send(
        {instance_.virtual_router_id, advert.priority, machine_.settings.interval, vrrp::addresses_of(instance_)}, *link);
    if (!sent) {
        // Once; a line a second would hide what else is said.
        if (!send_failed_)
            log::warning("({}): send advert error {} ({})", instance_.name, sent.error().code,
                         std::strerror(sent.error().code));
        send_failed_ = true;
        return;
    }
    send_failed_ = false;
    ++counts_.sent;
    if (advert.priority == 0) ++counts_.zero_sent;
    if (is_master()) outside_.board.record(instance_.name, role(model::VrrpState::master, now));
}

std::string const& VrrpRouter::sends_by() const {
    return instance_.vmac && !instance_.vmac->xmit_base ? instance_.vmac->interface : instance_.interface;
}

Result<void> VrrpRouter::send(vrrp::Advert const& advert, netlink::Link const& link) {
    if (++ip_id_ == 0) ++ip_id_;  // the kernel would put in a number of its own, which AH does not cover
    vrrp::Envelope envelope{machine_.conditions.own, instance_.multicast_group, vrrp::ttl_on_link, ip_id_, 0};
    if (instance_.authentication.type == model::Authentication::Type::ah) envelope.sequence = sequences_.next();
    auto const dialect = vrrp::dialect_of(instance_);
    if (instance_.unicast_peers.empty())
        return outside_.transmitter.send_to_group(link.index, envelope.to, vrrp::write(advert, dialect, envelope));
    envelope.ttl = instance_.unicast_ttl;
    Result<void> outcome;
    for (auto const& peer : instance_.unicast_peers) {
        envelope.to = peer.address;
        auto sent = outside_.transmitter.send_to_peer(link.index, peer.address, vrrp::write(advert, dialect, envelope));
        // The others are told all the same.
        if (!sent) outcome = std::move(sent);
    }
    return outcome;
}

void VrrpRouter::perform(vrrp::TakeAddresses const& take, TimePoint now) {
    if (!take.announce_missing)
        for (auto const& line : vrrp::taking_lines(instance_)) log::info("{}", line);
    auto const missing = hold(now);
    if (take.announce_missing) announce(missing.addresses, machine_.settings.garp.repeat, now);
}

void VrrpRouter::perform(vrrp::DropAddresses const&, TimePoint) {
    for (auto const& line : vrrp::dropping_lines(instance_)) log::info("{}", line);
    check_holdings_.reset();
    for (auto const& address : held_.addresses) outside_.announcer.forget(address.prefix.address);
    holdings_.drop(held_);
    say_new(holdings_.problems(), problems_);
}

void VrrpRouter::perform(vrrp::Announce const& announcement, TimePoint now) {
    announce(held_.addresses, announcement.repeat, now);
}

void VrrpRouter::perform(vrrp::AnnounceExtra const&, TimePoint now) {
    std::vector<model::VirtualAddress> elsewhere;
    for (auto const& address : held_.addresses) {
        auto const* const link = holdings_.device_of(address, held_);
        bool const on_vmac = link && instance_.vmac && link->name == instance_.vmac->interface;
        if (link && link->name != sends_by() && (on_vmac || machine_.settings.garp.extra_all)) elsewhere.push_back(address);
    }
    announce(elsewhere, 1, now);
}

void VrrpRouter::perform(vrrp::Notify const& notify, TimePoint) {
    outside_.notify(vrrp::change_of(instance_, notify.happening, machine_.priority()));
}

void VrrpRouter::perform(vrrp::Report const& report, TimePoint) { log::write(report.level, report.text); }

VrrpHoldings::Missing VrrpRouter::hold(TimePoint now) {
    auto missing = holdings_.take(held_);
    say_new(holdings_.problems(), problems_);
    check_holdings_.reset();
    if (!held_.routes.empty() || !held_.rules.empty() || !problems_.empty()) check_holdings_ = now + holdings_checked_every;
    return missing;
}

void VrrpRouter::put_back(TimePoint now) {
    if (restores_.waits(now)) {
        check_holdings_ = restores_.until();
        return;
    }
    auto const missing = hold(now);
    for (auto const& name : missing.names) log::warning("({}) {} was missing: set again", instance_.name, name);
    announce(missing.addresses, machine_.settings.garp.repeat, now);
    if (!missing.names.empty() && restores_.restored(now))
        log::warning("({}) what it holds is removed again and again: from now on it is set again every {} s",
                     instance_.name, vrrp::RestorePace::kPause / 1s);
}

void VrrpRouter::announce(std::vector<model::VirtualAddress> const& addresses, int repeat, TimePoint now) {
    auto const& garp = machine_.settings.garp;
    for (int round = 0; round < repeat; ++round) {
        for (auto const& address : addresses) {
            auto const& ip = address.prefix.address;
            auto const* const link = holdings_.device_of(address, held_);
            if (!link) continue;
            if (round == 0)
                log::debug("({}) Sending/queueing {} on {} for {}", instance_.name,
                           ip.is_v4() ? "gratuitous ARPs" : "Unsolicited Neighbour Adverts", link->name, ip.text());
            outside_.announcer.announce(*link, ip, ip.is_v4() ? garp.pace : garp.na_pace, now);
        }
    }
}

vrrp::Conditions VrrpRouter::meet(vrrp::Judgement const& judgement) {
    say_new(judgement.notes, notes_);
    auto conditions = judgement.conditions;
    if (conditions.fault.empty()) conditions.fault = vmac_.problem();
    return conditions;
}

void VrrpRouter::say_new(std::vector<std::string> const& now, std::vector<std::string>& before) {
    for (auto const& sentence : now)
        if (std::ranges::find(before, sentence) == before.end()) log::warning("({}) {}", instance_.name, sentence);
    before = now;
}

void VrrpRouter::say_new(std::string now, std::string& before) {
    if (!now.empty() && now != before) log::warning("({}) {}", instance_.name, now);
    before = std::move(now);
}

void VrrpRouter::refuse(vrrp::Packet const& packet, vrrp::Refusal const& refusal, TimePoint now) {
    auto const reason = vrrp::name(refusal.reason);
    bool const claims = vrrp::priority_of(packet) > 0;
    vrrp::count_refused(counts_, packet, refusal.reason);
    if (brain_.refused(packet.from, reason, refusal.text, claims, now)) {
        log::warning("({}) {}", instance_.name, refusal.text);
        log::warning("({}) adverts from {} are refused ({}): if it serves the same VIPs, both will be MASTER",
                     instance_.name, packet.from.text(), reason);
    }
    tell_split_brain(now);
}

void VrrpRouter::look_for_claims(TimePoint now) {
    auto const claim = outside_.board.claim(instance_.name);
    // What was on its way when we took over is the last master's.
    if (claim.at > master_since_ + machine_.settings.interval && claim.at > claim_seen_) {
        claim_seen_ = claim.at;
        brain_.answers_for(claim.address, claim.mac.text(), now);
    }
    if (!claim.surrendered) return;
    give(vrrp::Claimed{claim.at == TimePoint() ? "another router" : claim.mac.text()}, now);
    if (!is_master()) return;
    log::warning("({}) the packet path had given up the addresses, but our adverts went on: taking them back",
                 instance_.name);
    outside_.board.withdraw_surrender(instance_.name);
    outside_.board.open_gate(instance_.name);
}

void VrrpRouter::tell_split_brain(TimePoint now) {
    auto verdict = is_master() ? brain_.verdict(machine_.settings.interval, now) : std::string();
    // The details may change with every advert; what is said is that it has begun, or is another, and that it is over.
    if (verdict == split_brain_) return;
    if (verdict.empty())
        log::notice("({}) split brain is over", instance_.name);
    else
        log::error("({}) SPLIT BRAIN: {}", instance_.name, verdict);
    split_brain_ = std::move(verdict);
    ++transitions_;
}

void VrrpRouter::compare(Address const& from, vrrp::Heard const& heard) {
    if (!instance_.skip_check_adv_addr) {
        say_new(vrrp::other_addresses(from, heard.advert.addresses, vrrp::addresses_of(instance_)), address_note_);
        if (!address_note_.empty()) ++counts_.wrong_addresses;
    }
    say_new(vrrp::other_checksums(from, heard.coverage, instance_), checksum_note_);
}

VrrpRouter* router_named(std::span<std::unique_ptr<VrrpRouter> const> routers, std::string const& name) {
    auto const found = std::ranges::find_if(routers, [&](auto const& router) { return router->instance().name == name; });
    return found == routers.end() ? nullptr : found->get();
}

}  // namespace drover::app
