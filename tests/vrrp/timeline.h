// Routers on one link in virtual time: their machines' timers are played in order, their adverts reach the others after a
// delay, or not at all. What each one did is written down with its time.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "vrrp/machine.h"

namespace drover::vrrp {

class Timeline {
public:
    struct Entry {
        TimePoint at;
        std::string who;
        Action action;
    };

    explicit Timeline(Duration delay = 1ms) : delay_(delay) {}

    void add(Settings settings, Conditions conditions) {
        auto const name = settings.name;
        auto& router = routers_[name];
        router.machine.settings = std::move(settings);
        router.start = std::move(conditions);
    }
    void start(std::string const& who) { give(who, Start{routers_.at(who).start, std::nullopt}); }
    void stop(std::string const& who) { give(who, Stop{}); }
    void fault(std::string const& who, std::string why) {
        auto conditions = machine(who).conditions;
        conditions.fault = std::move(why);
        give(who, ConditionsChanged{conditions});
    }
    void set_priority(std::string const& who, int priority) {
        auto conditions = machine(who).conditions;
        conditions.priority = priority;
        give(who, ConditionsChanged{conditions});
    }
    /// Neither sends nor runs timers any more, and what reaches it is lost: a power cut.
    void kill(std::string const& who) { routers_.at(who).dead = true; }
    /// The process does not run, what reaches it waits (SIGSTOP, a starved machine).
    void freeze(std::string const& who) { routers_.at(who).frozen = true; }
    /// It runs again: what waits is handed over before any timer, as the VRRP thread does.
    void thaw(std::string const& who) {
        auto& router = routers_.at(who);
        router.frozen = false;
        for (auto const& advert : std::exchange(router.waiting, {})) give(who, advert);
    }
    /// No advert crosses between these two until heal().
    void cut(std::string const& a, std::string const& b) { cuts_.insert({std::min(a, b), std::max(a, b)}); }
    void heal() { cuts_.clear(); }
    void set_loss(std::function<bool()> lost) { lost_ = std::move(lost); }

    void run(Duration span) {
        auto const end = now_ + span;
        while (step(end)) {
        }
        now_ = end;
    }

    void give(std::string const& who, Event const& event) {
        auto& router = routers_.at(who);
        auto step = on(router.machine, event, now_);
        router.machine = std::move(step.next);
        for (auto const& action : step.actions) {
            log_.push_back({now_, who, action});
            if (auto const* const advert = std::get_if<SendAdvert>(&action)) send(who, advert->priority);
        }
        check_masters();
    }

    Machine const& machine(std::string const& who) const { return routers_.at(who).machine; }
    model::VrrpState state(std::string const& who) const { return machine(who).state; }
    TimePoint now() const { return now_; }
    std::vector<Entry> const& log() const { return log_; }

    /// The longest time during which two living routers were master at once.
    Duration longest_double() const { return std::max(longest_double_, double_since_ ? now_ - *double_since_ : 0s); }

    /// When `who` became master for the last time.
    TimePoint became_master_at(std::string const& who) const {
        auto found = TimePoint();
        for (auto const& entry : log_)
            if (entry.who == who && entry.action == Action(Notify{Happening::became_master})) found = entry.at;
        return found;
    }
    std::vector<std::string> said_by(std::string const& who) const {
        std::vector<std::string> lines;
        for (auto const& entry : log_)
            if (auto const* const report = std::get_if<Report>(&entry.action); report && entry.who == who)
                lines.push_back(report->text);
        return lines;
    }
    /// Adverts, addresses and the gate alone, since the last forget().
    std::vector<Action> deeds_of(std::string const& who) const {
        std::vector<Action> deeds;
        for (auto const& entry : log_)
            if (entry.who == who && !std::holds_alternative<Report>(entry.action)) deeds.push_back(entry.action);
        return deeds;
    }
    void forget() { log_.clear(); }

private:
    struct Router {
        Machine machine;
        Conditions start;
        bool dead = false;
        bool frozen = false;
        std::vector<AdvertHeard> waiting;
    };
    struct Delivery {
        std::string to;
        AdvertHeard advert;
    };

    /// Plays the next thing that happens not after `end`; false: there is none.
    bool step(TimePoint end) {
        auto next = end;
        std::string timer_of;
        for (auto const& [name, router] : routers_) {
            auto const wake = wakes_at(router.machine);
            if (router.dead || router.frozen || !wake || *wake > end) continue;
            if (timer_of.empty() || *wake < next) std::tie(next, timer_of) = std::pair(std::max(*wake, now_), name);
        }
        auto const arrival = on_the_wire_.begin();
        if (arrival != on_the_wire_.end() && arrival->first <= next) {
            now_ = arrival->first;
            auto const delivery = arrival->second;
            on_the_wire_.erase(arrival);
            deliver(delivery);
            return true;
        }
        if (timer_of.empty()) return false;
        now_ = next;
        give(timer_of, TimerExpired{});
        return true;
    }

    void deliver(Delivery const& delivery) {
        auto& router = routers_.at(delivery.to);
        if (router.dead) return;
        if (router.frozen) {
            router.waiting.push_back(delivery.advert);
        } else {
            give(delivery.to, delivery.advert);
        }
    }

    void send(std::string const& who, std::uint8_t priority) {
        for (auto const& [name, router] : routers_) {
            if (name == who || cuts_.contains({std::min(name, who), std::max(name, who)}) || (lost_ && lost_())) continue;
            on_the_wire_.emplace(now_ + delay_, Delivery{name, {machine(who).conditions.own, priority}});
        }
    }

    void check_masters() {
        auto const masters = std::ranges::count_if(routers_, [](auto const& entry) {
            return !entry.second.dead && entry.second.machine.state == model::VrrpState::master;
        });
        if (masters > 1 && !double_since_) double_since_ = now_;
        if (masters <= 1 && double_since_) {
            longest_double_ = std::max(longest_double_, now_ - *double_since_);
            double_since_.reset();
        }
    }

    Duration delay_;
    TimePoint now_{std::chrono::hours(1)};
    std::map<std::string, Router> routers_;
    std::multimap<TimePoint, Delivery> on_the_wire_;
    std::set<std::pair<std::string, std::string>> cuts_;
    std::function<bool()> lost_;
    std::vector<Entry> log_;
    std::optional<TimePoint> double_since_;
    Duration longest_double_{0};
};

}  // namespace drover::vrrp
