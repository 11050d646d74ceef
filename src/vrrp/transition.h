// One event being worked in: the machine as it becomes and what is to be done. machine.cpp has what an event means in
// each state; what belongs to waiting for connections and to handing over has files of its own.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "vrrp/machine.h"

namespace drover::vrrp {

using log::Level;
using model::VrrpState;

constexpr int owner = 255;  // the priority of the addresses' owner

inline double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

class Transition {
public:
    Transition(Machine machine, TimePoint now) : m_(std::move(machine)), now_(now) {}

    void operator()(Start const& start);
    void operator()(AdvertHeard const& advert);
    void operator()(TimerExpired const&);
    void operator()(ConditionsChanged const& changed) { meet(changed.conditions); }
    void operator()(Reconfigured const& reconfigured);
    void operator()(MoveTo const& move);
    void operator()(Claimed const& claimed);
    void operator()(Joined const&) { end_join(); }
    void operator()(HandOver const& to);
    void operator()(HandoverEnded const& ended);
    void operator()(TakeOver const& from);
    void operator()(Stop const& stop);

    Step finish() && { return {std::move(m_), std::move(actions_)}; }

private:
    void master_hears(AdvertHeard const& advert);
    void backup_hears(AdvertHeard const& advert);
    void answer_lower(AdvertHeard const& advert);
    void announce_against_lower();
    void let_itself_be_found();
    bool may_preempt();
    void join();
    void end_join();
    void give_up_joining();
    /// It is part of a handover, and nothing else follows from it.
    bool belongs_to_handover(AdvertHeard const& advert);
    void refute_owner();
    void meet(Conditions const& conditions);
    void change_priority(int priority);

    void become_master(std::string why);
    void resume_master(TimePoint last_advert);
    void become_backup(std::string why);
    void become_fault();
    void hand_over();
    void advertise();
    void announce_twice(int repeat, Duration delay);
    void plan_refreshes();
    bool rival_may_be_master() const;
    void wait_for_master();
    void follow(AdvertHeard const& advert);
    Duration skew_unit() const { return m_.settings.version == 3 ? m_.master_interval : Duration(1s); }
    Duration down_interval() const {
        return master_down_interval(m_.master_interval, m_.priority(), m_.settings.down_adverts, skew_unit());
    }
    void want_master();
    /// Of the state: it was told before.
    void tell_nobody() {
        std::erase_if(actions_, [](Action const& action) { return std::holds_alternative<Notify>(action); });
    }

    template <class A>
    void act(A action) {
        actions_.emplace_back(std::move(action));
    }
    template <class... Args>
    void say(Level level, fmt::format_string<Args...> format, Args&&... args) {
        act(Report{level, "(" + m_.settings.name + ") " + fmt::format(format, std::forward<Args>(args)...)});
    }
    void enter(VrrpState state, std::string why) {
        m_.state = state;
        m_.why = std::move(why);
        m_.burst.reset();
        m_.refresh.reset();
        m_.extra.reset();
        m_.preempt_from.reset();
        m_.joining_until.reset();
        m_.wants_master = m_.hears_master = false;
        m_.giving.reset();
        m_.taking.reset();
        m_.gave_to.reset();
        act(Record{state});
        if (std::exchange(m_.gate_shuts, std::nullopt) && state != VrrpState::master) act(ShutGate{});
    }
    bool is_owner() const { return m_.conditions.priority == owner; }

    Machine m_;
    TimePoint now_;
    std::vector<Action> actions_;
};

}  // namespace drover::vrrp
