#include "vrrp/history.h"

#include <fmt/core.h>

#include <algorithm>

namespace drover::vrrp {
namespace {

using model::VrrpState;

constexpr Duration most_delay = 2s;
constexpr Duration longest_preempt_delay = 4s;
constexpr Duration longest_patience = 4s;  // with peers that do not hand their connections over
constexpr std::string_view link_down = "interface eth0 down";  // carries nothing, not even the farewell
constexpr std::string_view script_failed = "script chk failed";

}  // namespace

History::History(std::uint64_t seed, bool keep_journal)
    : seed_(seed), random_(seed), keep_journal_(keep_journal), routers_(count) {
    interval_ = std::chrono::seconds(1 + number(3));
    bool const has_owner = chance(10);
    bool const equals = chance(20);
    for (std::size_t i = 0; i < count; ++i) {
        auto& router = routers_[i];
        auto& settings = router.machine.settings;
        settings.name = name(i);
        settings.interval = interval_;
        settings.preempt = chance(60);
        if (settings.preempt && chance(20)) settings.preempt_delay = up_to(longest_preempt_delay);
        router.conditions.own = Address::v4(0x0a000002 + static_cast<std::uint32_t>(i));
        router.conditions.priority = equals ? 100 : static_cast<int>(1 + number(owner - 1));
        router.ahead = up_to(std::chrono::hours(1));
        if (chance(30)) settings.join_patience = 500ms + up_to(longest_patience - 500ms);
        if (has_owner && i == 0) {
            router.conditions.priority = owner;
            settings.preempt = true;
            settings.preempt_delay = 0s;
        }
        note(fmt::format("{}: priority {}, preempt {}, delay {}, interval {}", name(i), router.conditions.priority,
                         settings.preempt, seconds(settings.preempt_delay), seconds(interval_)));
    }
}

std::string History::play() {
    for (std::size_t i = 0; i < count; ++i)
        if (chance(80)) start(i);
    chaos();
    calm();
    fail_the_master();
    calm();
    return wrong_.empty() ? wrong_ : fmt::format("history {}: {}", seed_, wrong_);
}

std::string History::journal() const {
    std::string text;
    for (auto const& line : journal_) text += line + "\n";
    return text;
}

void History::note(std::string line) {
    if (keep_journal_) journal_.push_back(fmt::format("{:9.3f} {}", seconds(now_.time_since_epoch()) - 3600, line));
}

void History::wrong(std::string what) {
    note("WRONG: " + what);
    if (wrong_.empty()) wrong_ = fmt::format("{} at {:.3f} s", what, seconds(now_.time_since_epoch()) - 3600);
}

// ---- what befalls them

void History::chaos() {
    for (int phase = 0; phase < 8; ++phase) {
        loss_ = chance(50) ? static_cast<unsigned>(number(60)) : 0;
        doubling_ = chance(30) ? 50 : 0;
        delay_ = chance(30) ? most_delay : chance(50) ? Duration(50ms) : Duration(1ms);
        disturb();
        run(up_to(6 * interval_));
    }
}

void History::disturb() {
    auto const i = number(count);
    auto& router = routers_[i];
    switch (number(10)) {
        case 0:
            return router.alive ? kill(i) : start(i);
        case 1:
            return router.alive ? stop(i) : start(i);
        case 2:
            router.paused = router.alive;
            return note(fmt::format("{} is paused", name(i)));
        case 3:
            for (std::size_t j = 0; j < count; ++j) wake(j);
            return;
        case 4:
            if (router.conditions.priority == owner) return;
            router.conditions.priority = static_cast<int>(1 + number(owner - 1));
            return tell_conditions(i);
        case 5:
            router.conditions.fault = !router.conditions.fault.empty() ? "" : chance(50) ? link_down : script_failed;
            return tell_conditions(i);
        case 6: {
            auto const j = number(count);
            cut_[i][j] = cut_[j][i] = !cut_[i][j];
            return note(fmt::format("the way between {} and {} is {}", name(i), name(j), cut_[i][j] ? "cut" : "back"));
        }
        case 7:  // it only goes one way
            cut_[i][number(count)] = true;
            return note(fmt::format("somebody does not hear {}", name(i)));
        case 8:
            hand_over();
            return;
        default:
            router.ahead += up_to(20s);
            note(fmt::format("the clock of {} jumps", name(i)));
            if (router.alive && !router.paused) give(i, TimerExpired{});
    }
}

void History::calm() {
    note("calm");
    loss_ = doubling_ = 0;
    delay_ = 1ms;
    cut_ = {};
    for (std::size_t i = 0; i < count; ++i) wake(i);
    if (std::ranges::none_of(
            routers_, [&](Router const& r) { return can_run(static_cast<std::size_t>(&r - routers_.data())); })) {
        auto const i = number(count);
        routers_[i].conditions.fault.clear();
        routers_[i].alive ? tell_conditions(i) : start(i);
    }
    // What was on its way comes in; a preemption may have to wait for its delay first; and a down interval passes.
    run(most_delay + longest_preempt_delay + 2 * (down_adverts * interval_ + 1s));
    judge_calm();
    transitions_forbidden_ = true;
    run(4 * interval_);
    transitions_forbidden_ = false;
    judge_calm();
}

void History::fail_the_master() {
    auto const now_masters = masters();
    if (now_masters.size() != 1) return;  // named already
    auto const master = now_masters.front();
    Duration best_skew = 1s;
    bool anybody = false;
    for (std::size_t i = 0; i < count; ++i) {
        if (i == master || !can_run(i)) continue;
        anybody = true;
        best_skew = std::min(best_skew, skew(routers_[i].machine.priority()));
    }
    run(up_to(interval_));
    auto const silent = down_adverts * interval_ + best_skew + 3 * delay_;
    // The advert before it may come in after the farewell, and then it is that one which counts.
    auto const resigned = on_the_wire_.empty() ? best_skew + 3 * delay_ : silent;
    auto const kind = number(6);
    if (kind == 5) {
        if (hand_over()) expect_a_master_within(3 * delay_, master, "after a handover");
        return;
    }
    if (kind == 0) kill(master);
    if (kind == 1) stop(master);
    if (kind == 2) {
        routers_[master].conditions.fault = script_failed;
        tell_conditions(master);
    }
    if (kind == 3) routers_[master].paused = true;
    if (kind == 4)
        for (std::size_t i = 0; i < count; ++i) cut_[i][master] = cut_[master][i] = true;
    note(fmt::format("{} fails in way {}", name(master), kind));
    if (anybody)
        expect_a_master_within(kind == 1 || kind == 2 ? resigned : silent, master, "after the master's failure");
    if (kind == 3) {
        run(10s);
        wake(master);
        if (!anybody && routers_[master].machine.state != VrrpState::master)
            wrong("a lone master that was stopped does not go on");
    }
}

void History::expect_a_master_within(Duration bound, std::size_t without, std::string const& what) {
    run(bound);
    auto const found = masters();
    if (std::ranges::none_of(found, [&](std::size_t i) { return i != without; }))
        wrong(fmt::format("no master {:.3f} s {}", seconds(bound), what));
}

void History::run(Duration span) {
    auto const end = now_ + span;
    while (wrong_.empty() && step(end)) {
    }
    now_ = end;
}

bool History::step(TimePoint end) {
    auto next = end;
    auto timer_of = count;
    for (std::size_t i = 0; i < count; ++i) {
        auto const& router = routers_[i];
        if (!router.alive || router.paused) continue;
        auto wake = wakes_at(router.machine);
        if (router.gets_them) wake = std::min(wake.value_or(TimePoint::max()), *router.gets_them + router.ahead);
        if (!wake || *wake - router.ahead > next) continue;
        next = std::max(*wake - router.ahead, now_);
        timer_of = i;
    }
    if (auto const arrival = on_the_wire_.begin(); arrival != on_the_wire_.end() && arrival->first <= next) {
        now_ = arrival->first;
        auto const delivery = arrival->second;
        on_the_wire_.erase(arrival);
        deliver(delivery);
        return true;
    }
    if (timer_of == count) return false;
    now_ = next;
    auto& router = routers_[timer_of];
    if (router.gets_them && *router.gets_them <= now_) {
        router.gets_them.reset();
        give(timer_of, Joined{});
    } else {
        give(timer_of, TimerExpired{});
    }
    return true;
}

void History::deliver(Delivery const& delivery) {
    auto& router = routers_[delivery.to];
    if (!router.alive || router.conditions.fault == link_down) return;
    if (router.paused)
        router.waiting.push_back(delivery.advert);
    else
        give(delivery.to, delivery.advert);
}

void History::send(std::size_t from, std::uint8_t priority) {
    for (std::size_t to = 0; to < count; ++to) {
        if (to == from || cut_[from][to] || chance(loss_)) {
            tally_.lost += to != from;
            continue;
        }
        bool const twice = chance(doubling_);
        tally_.doubled += twice;
        for (int copies = twice ? 2 : 1; copies > 0; --copies)
            on_the_wire_.emplace(now_ + up_to(delay_), Delivery{to, {routers_[from].conditions.own, priority}});
    }
}

/// SIGCONT. The daemon's order: what waits in the socket, what has happened to the network, timers.
void History::wake(std::size_t which) {
    auto& router = routers_[which];
    if (!std::exchange(router.paused, false) || !router.alive) return;
    note(fmt::format("{} goes on", name(which)));
    bool const was_late = router.machine.state == VrrpState::master && witness_says_late(router, local(router));
    bool const is_claimed = std::ranges::any_of(router.waiting, [](AdvertHeard const& a) { return a.priority > 0; });
    auto const spoke = router.spoke;
    while (!router.waiting.empty()) {
        auto const advert = router.waiting.front();
        router.waiting.pop_front();
        give(which, advert);
    }
    if (was_late && is_claimed && (router.spoke != spoke || router.machine.state == VrrpState::master))
        wrong("a master that woke late did not yield to the claim it found, or spoke before");
    tell_conditions(which);
    if (auto const due = wakes_at(router.machine); due && *due <= local(router)) give(which, TimerExpired{});
}

void History::start(std::size_t which) {
    auto& router = routers_[which];
    note(fmt::format("{} starts", name(which)));
    Machine fresh;
    fresh.settings = router.machine.settings;
    router.machine = fresh;
    router.alive = true;
    router.started = router.respected = local(router);
    router.resigned = false;
    router.lacks_until.reset();
    router.gets_them.reset();
    give(which, Start{router.conditions, std::nullopt});
}

void History::stop(std::size_t which) {
    wake(which);
    note(fmt::format("{} stops", name(which)));
    give(which, Stop{});
    kill(which);
}

/// The directors agree about it by a stream of their own. Its last word may be lost, and then the new master's adverts
/// tell, or nothing does.
bool History::hand_over() {
    auto const found = masters();
    if (found.empty()) return false;
    auto const from = found[number(found.size())], to = number(count);
    if (routers_[from].paused || routers_[to].paused || !can_run(to) || routers_[to].machine.state != VrrpState::backup)
        return false;
    note(fmt::format("{} hands over to {}", name(from), name(to)));
    auto const& [old_address, new_address] = std::pair(routers_[from].conditions.own, routers_[to].conditions.own);
    give(from, HandOver{new_address, local(routers_[from]) + 500ms});
    give(to, TakeOver{old_address, local(routers_[to]) + 500ms});
    if (chance(70)) give(from, HandoverEnded{.taken = true});
    ++tally_.handovers;
    return true;
}

void History::kill(std::size_t which) {
    auto& router = routers_[which];
    note(fmt::format("{} is gone", name(which)));
    router.alive = router.paused = false;
    router.waiting.clear();
}

void History::tell_conditions(std::size_t which) {
    auto& router = routers_[which];
    if (router.alive && !router.paused && router.conditions != router.machine.conditions)
        give(which, ConditionsChanged{router.conditions});
}

/// In time, late, or never.
void History::join(std::size_t which) {
    auto& router = routers_[which];
    router.lacks_until = local(router) + router.machine.settings.join_patience;
    router.gets_them.reset();
    if (chance(80)) router.gets_them = now_ + up_to(2 * router.machine.settings.join_patience);
    ++tally_.joins;
    note(fmt::format("{} asks for the connections of its peers", name(which)));
}

void History::give(std::size_t which, Event const& event) {
    auto& router = routers_[which];
    auto const before = router;
    auto const now = local(router);
    if (auto const* const advert = std::get_if<AdvertHeard>(&event))
        note(fmt::format("{} hears {} of {}", name(which), advert->priority, advert->from.text()));
    auto step = on(router.machine, event, now);
    router.machine = std::move(step.next);
    for (auto const& action : step.actions) {
        if (auto const* const advert = std::get_if<SendAdvert>(&action)) {
            if (advert->priority > 0) router.spoke = now;
            if (router.conditions.fault != link_down) send(which, advert->priority);
        }
        if (std::holds_alternative<OpenGate>(action)) router.gate = true;
        if (std::holds_alternative<ShutGate>(action)) router.gate = false;
        if (std::holds_alternative<Join>(action)) join(which);
        if (std::holds_alternative<TakeAddresses>(action)) router.addresses = true;
        if (std::holds_alternative<DropAddresses>(action)) router.addresses = false;
        if (auto const* const report = std::get_if<Report>(&action)) note(report->text);
    }
    if (std::holds_alternative<Joined>(event)) router.lacks_until.reset();
    judge_step(before, router, event, step.actions);
}

// ---- what the witness says

std::vector<std::size_t> History::masters() const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < count; ++i)
        if (routers_[i].alive && routers_[i].machine.state == VrrpState::master) found.push_back(i);
    return found;
}

bool History::can_run(std::size_t which) const {
    return routers_[which].alive && routers_[which].conditions.fault.empty();
}

}  // namespace drover::vrrp
