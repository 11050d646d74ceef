// The witness: what it holds against a step, and against the calm after a storm.
#include <fmt/core.h>

#include <algorithm>

#include "vrrp/history.h"

namespace drover::vrrp {

using model::VrrpState;

bool History::witness_says_late(Router const& router, TimePoint now) const {
    return now - router.spoke > down_adverts * interval_;
}

void History::judge_step(Router const& before, Router& after, Event const& event, std::vector<Action> const& actions) {
    auto const now = local(after);
    if (auto const* const advert = std::get_if<AdvertHeard>(&event)) {
        bool const late_master = before.machine.state == VrrpState::master && witness_says_late(before, now);
        for (auto const& action : actions)
            if (late_master && (std::holds_alternative<Announce>(action) || std::holds_alternative<SendAdvert>(action)))
                wrong("a master that is late spoke before it had heard everything");
        bool const lower = advert->priority < before.machine.priority();
        bool const ignored = advert->priority > 0 && lower && before.machine.settings.preempt && before.machine.gave_to != advert->from;
        bool const lacks = before.lacks_until && now < *before.lacks_until;
        tally_.held_back += ignored && lacks && before.machine.state == VrrpState::backup;
        if (advert->priority == 0) {
            after.resigned = true;
        } else if (!ignored || lacks || (before.machine.preempt_from && now < *before.machine.preempt_from)) {
            after.respected = now;
            after.resigned = false;
        }
    }
    auto const from = before.machine.state, to = after.machine.state;
    if (from != VrrpState::backup && to == VrrpState::backup) {
        after.respected = now;
        after.resigned = false;
    }
    if (from != to) {
        if (transitions_forbidden_)
            wrong(fmt::format("({}) left {} without a cause", after.machine.settings.name, model::name(from)));
        if (to == VrrpState::master) judge_takeover(before, event, now);
        if (from == VrrpState::master && to == VrrpState::backup) judge_yield(before, event, now);
        tally_.takeovers += to == VrrpState::master;
        tally_.faults += to == VrrpState::fault;
    }
    tally_.went_on_late += after.machine.late - (std::holds_alternative<Start>(event) ? 0 : before.machine.late);
    if (after.gate != (to == VrrpState::master || after.machine.gate_shuts) || after.addresses != (to == VrrpState::master))
        wrong(fmt::format("gate {} and addresses {} in {}", after.gate, after.addresses, model::name(to)));
    judge_order(actions, from == VrrpState::master && after.machine.gate_shuts);
}

/// Nobody becomes master who has heard of a master that he must respect, not even with the higher priority and
/// nopreempt.
void History::judge_takeover(Router const& before, Event const& event, TimePoint now) {
    if (before.machine.state != VrrpState::backup) wrong("became master from elsewhere than BACKUP");
    if (before.resigned || std::holds_alternative<TakeOver>(event)) return;
    // An owner respects nobody, but for the time in which it lacks their connections.
    bool const lacks = before.lacks_until && now < *before.lacks_until;
    if (before.machine.priority() == owner && !lacks) return;
    if (now - before.respected < down_adverts * interval_)
        wrong(fmt::format("({}) became master {:.3f} s after it heard one that it must respect{}",
                          before.machine.settings.name, seconds(now - before.respected),
                          before.machine.settings.preempt ? "" : ", against nopreempt"));
}

void History::judge_yield(Router const& before, Event const& event, TimePoint now) {
    auto const* const advert = std::get_if<AdvertHeard>(&event);
    auto const* const ended = std::get_if<HandoverEnded>(&event);
    auto const& asked = before.machine.giving;
    if (asked && ((ended && ended->taken) || (advert && advert->from == asked->to && advert->priority > 0 && now <= asked->until)))
        return;
    if (!advert || advert->priority == 0) return wrong("yielded to nobody");
    ++tally_.yields;
    if (witness_says_late(before, now)) {
        ++tally_.yields_late;
        return;
    }
    auto const ours = std::pair(before.machine.priority(), before.machine.conditions.own);
    // Of two owners both step down to 254 and the addresses decide.
    auto const theirs = std::pair(static_cast<int>(advert->priority), advert->from);
    if (theirs < ours) wrong("yielded to one who has less right");
}

void History::judge_order(std::vector<Action> const& actions, bool handed_over) {
    // Taking over: advert, gate, addresses, announcement. Giving up: addresses, gate.
    auto const place = [&]<class A>(A const*) {
        auto const found = std::ranges::find_if(actions, [](Action const& a) { return std::holds_alternative<A>(a); });
        return found == actions.end() ? -1 : found - actions.begin();
    };
    auto const advert = place(static_cast<SendAdvert const*>(nullptr)),
               open = place(static_cast<OpenGate const*>(nullptr));
    auto const take = place(static_cast<TakeAddresses const*>(nullptr)),
               tell = place(static_cast<Announce const*>(nullptr));
    auto const drop = place(static_cast<DropAddresses const*>(nullptr)),
               shut = place(static_cast<ShutGate const*>(nullptr));
    bool const is_start = shut >= 0 && open < 0 && shut < drop;  // what an earlier daemon left: the gate first
    if (take >= 0 && !(advert < open && open < take && (tell < 0 || take < tell)))
        wrong("took over in the wrong order");
    if (drop >= 0 && !is_start && !handed_over && shut < drop) wrong("gave up in the wrong order");
}

void History::judge_calm() {
    if (!wrong_.empty()) return;
    auto const found = masters();
    if (found.size() != 1) return wrong(fmt::format("{} masters in a settled network", found.size()));
    auto const& master = routers_[found.front()];
    for (std::size_t i = 0; i < count; ++i) {
        auto const& machine = routers_[i].machine;
        if (i != found.front() && can_run(i) && machine.settings.preempt &&
            machine.priority() > master.machine.priority() && machine.gave_to != master.conditions.own)
            wrong(fmt::format("{} has the higher priority and did not preempt", name(i)));
    }
}

}  // namespace drover::vrrp
