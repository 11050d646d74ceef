#include "vrrp/machine.h"

#include "vrrp/transition.h"

namespace drover::vrrp {

void Transition::operator()(Start const& start) {
    m_.conditions = start.conditions;
    m_.master_interval = m_.settings.interval;
    if (!m_.conditions.fault.empty()) {
        act(ShutGate{});
        act(DropAddresses{});
        become_fault();
        if (start.told == VrrpState::fault) tell_nobody();
        return;
    }
    if (start.resume) return resume_master(*start.resume);
    // Whoever is master now, it is not us: what an earlier daemon left goes, and the gate first.
    act(ShutGate{});
    act(DropAddresses{});
    enter(VrrpState::backup, start.told ? "went on after an upgrade" : "start");
    join();
    wait_for_master();
    if (start.told == VrrpState::backup && start.gave_to) {
        m_.gave_to = start.gave_to;
        m_.timer = now_ + down_interval();
    }
    // The owner does not wait to be master (RFC 3768 6.4.1), and keepalived does not call that a stay in BACKUP.
    if (is_owner() || start.told == VrrpState::backup) return;
    say(Level::info, "Entering BACKUP STATE (init)");
    act(Notify{Happening::became_backup});
}

void Transition::operator()(AdvertHeard const& advert) {
    switch (m_.state) {
        case VrrpState::init:
        case VrrpState::fault: break;
        case VrrpState::backup: backup_hears(advert); break;
        case VrrpState::master: master_hears(advert); break;
    }
}

void Transition::backup_hears(AdvertHeard const& advert) {
    if (advert.priority == 0) {
        say(Level::info, "Backup received priority 0 advertisement");
        if (m_.gave_to == advert.from) m_.gave_to.reset();
        // Never later than before: a storm of these must not hold an election up.
        m_.timer = std::min(m_.timer, now_ + skew(m_.priority(), skew_unit()));
        return;
    }
    bool const lower = advert.priority < m_.priority();
    if (!lower) m_.preempt_from.reset();
    if (lower && m_.settings.preempt && m_.gave_to != advert.from && may_preempt()) {
        say(Level::info, "received lower priority ({}) advert from {} - discarding", advert.priority,
            advert.from.text());
        return;
    }
    follow(advert);
}

/// Its sender is the master: so long as it speaks in time we wait.
void Transition::follow(AdvertHeard const& advert) {
    if (m_.settings.version == 3 && advert.interval > 0s) m_.master_interval = advert.interval;
    m_.wants_master = false;
    m_.hears_master = true;
    m_.timer = now_ + down_interval();
}

void Transition::master_hears(AdvertHeard const& advert) {
    if (belongs_to_handover(advert)) return;
    if (advert.priority == 0) {
        say(Level::info, "Master received priority 0 message");
        // Late, who resigned may have been master in between, and another may be now: what else came in is heard first.
        if (!is_late(m_, now_)) advertise();
        return;
    }
    if (is_late(m_, now_)) {
        auto why = fmt::format("{} advertised while our own last advert was {:.1f} s old", advert.from.text(),
                               seconds(now_ - m_.last_advert));
        say(Level::warning, "{}: yielding", why);
        become_backup(std::move(why));
        return follow(advert);
    }
    if (is_owner() && advert.priority == owner) refute_owner();
    if (advert.priority > m_.priority()) {
        say(Level::info, "Master received advert from {} with higher priority {}, ours {}", advert.from.text(),
            advert.priority, m_.priority());
        let_itself_be_found();
        become_backup(fmt::format("{} has the higher priority {}", advert.from.text(), advert.priority));
        return follow(advert);
    }
    if (advert.priority == m_.priority() && advert.from == m_.conditions.own)
        return say(Level::warning, "WARNING - equal priority advert received from remote host with our IP address.");
    if (advert.priority == m_.priority() && advert.from > m_.conditions.own) {
        say(Level::info, "Master received advert from {} with same priority {} but higher IP address than ours",
            advert.from.text(), advert.priority);
        let_itself_be_found();
        become_backup(fmt::format("{} has the same priority and the higher address", advert.from.text()));
        return follow(advert);
    }
    answer_lower(advert);
}

void Transition::answer_lower(AdvertHeard const& advert) {
    // It may have been master for long, beyond a cable that was cut: its clients come here with their connections.
    if (now_ - std::exchange(m_.last_rival, now_) > down_interval()) join();
    // Our advert of a moment ago is the answer already: a storm of adverts must not become a storm of ours.
    if (now_ - std::max(m_.last_advert, m_.last_answer) < m_.settings.interval / 100) return;
    m_.last_answer = now_;
    bool const silent = m_.settings.lower_prio_no_advert;
    say(Level::info, "Received advert from {} with lower priority {}, ours {}{}", advert.from.text(), advert.priority,
        m_.priority(), silent ? "" : ", forcing new election");
    if (!silent) advertise();
    if (!m_.joining_until) announce_against_lower();
    act(Notify{Happening::heard_lower});
}

/// Hosts may have learned the other one's MAC meanwhile.
void Transition::announce_against_lower() {
    auto const& garp = m_.settings.garp;
    announce_twice(garp.lower_repeat.value_or(garp.repeat), garp.lower_delay.value_or(garp.delay));
}

/// The other one may not know that there were two masters: our advert makes it take our connections and clients over.
void Transition::let_itself_be_found() {
    if (m_.settings.higher_prio_send_advert || m_.settings.join_patience > 0s) advertise();
}

void Transition::refute_owner() {
    say(Level::error,
        "CONFIGURATION ERROR: local instance and a remote instance are both configured as address owner, please fix - "
        "reducing local priority");
    m_.owner_refuted = true;
    m_.conditions.priority = owner - 1;
}

void Transition::operator()(TimerExpired const&) {
    if (m_.gate_shuts && *m_.gate_shuts <= now_) {
        m_.gate_shuts.reset();
        act(ShutGate{});
    }
    if (m_.state == VrrpState::backup) give_up_joining();
    if (m_.state == VrrpState::backup && m_.timer <= now_) {
        if (!m_.wants_master) say(Level::info, "Receive advertisement timeout");
        if (m_.settings.grouped) return want_master();
        return become_master(is_owner() ? "owner of the addresses" : "no advert was heard from another master");
    }
    if (m_.state != VrrpState::master) return;
    if (m_.timer <= now_) {
        if (rival_may_be_master())
            return become_backup(fmt::format("its own last advert was {:.1f} s old (timer_expired_backup)",
                                             seconds(now_ - m_.last_advert)));
        if (is_late(m_, now_)) {
            ++m_.late;
            say(Level::warning, "our own last advert is {:.1f} s old, but no other router has taken over: going on",
                seconds(now_ - m_.last_advert));
        }
        advertise();
    }
    give_up_joining();
    if (m_.burst && *m_.burst <= now_) {
        m_.burst.reset();
        act(Announce{m_.burst_repeat});
    }
    if (m_.refresh && *m_.refresh <= now_) {
        m_.refresh = now_ + m_.settings.garp.refresh;
        act(Announce{m_.settings.garp.refresh_repeat});
    }
    if (m_.extra && *m_.extra <= now_) {
        m_.extra = now_ + m_.settings.garp.extra;
        act(AnnounceExtra{});
    }
}

void Transition::meet(Conditions const& conditions) {
    m_.conditions.own = conditions.own;
    bool const was_fault = !m_.conditions.fault.empty();
    m_.conditions.fault = conditions.fault;
    change_priority(m_.owner_refuted ? std::min(conditions.priority, owner - 1) : conditions.priority);
    if (m_.state == VrrpState::init) return;
    bool const is_fault = !conditions.fault.empty();
    if (is_fault && was_fault) m_.why = conditions.fault;
    if (is_fault && !was_fault) become_fault();
    if (!is_fault && was_fault) become_backup("fault is over");
}

void Transition::change_priority(int priority) {
    auto const old = std::exchange(m_.conditions.priority, priority);
    if (old == priority || m_.state == VrrpState::init) return;
    say(Level::info, "Changing effective priority from {} to {}", old, priority);
    if (m_.settings.tells_priority)
        act(Notify{m_.state == VrrpState::master ? Happening::priority_as_master : Happening::priority_as_backup});
    if (m_.state == VrrpState::backup) m_.timer += skew(priority, skew_unit()) - skew(old, skew_unit());
}

void Transition::operator()(Reconfigured const& reconfigured) {
    auto const old = std::exchange(m_.settings, reconfigured.settings);
    if (reconfigured.conditions.priority != owner) m_.owner_refuted = false;
    meet(reconfigured.conditions);
    if (old.interval != m_.settings.interval) {
        m_.master_interval = m_.settings.interval;
        if (m_.state == VrrpState::master) m_.timer = std::min(m_.timer, now_ + m_.settings.interval);
        if (m_.state == VrrpState::backup) wait_for_master();
    }
    bool const refreshes = old.garp.refresh == m_.settings.garp.refresh && old.garp.extra == m_.settings.garp.extra;
    if (m_.state == VrrpState::master && !refreshes) {
        m_.refresh.reset();
        m_.extra.reset();
        plan_refreshes();
    }
}

void Transition::operator()(MoveTo const& move) {
    if (move.state == VrrpState::master && m_.state == VrrpState::backup) become_master(move.why);
    if (move.state != VrrpState::backup || m_.state != VrrpState::master) return;
    if (m_.giving) return hand_over();  // the peer's first member has been heard, and its others follow
    become_backup(move.why);
}

void Transition::operator()(Claimed const& claimed) {
    if (!is_late(m_, now_)) return;
    auto why = fmt::format("{} has taken the addresses while our own last advert was {:.1f} s old", claimed.by,
                           seconds(now_ - m_.last_advert));
    say(Level::warning, "{}: yielding", why);
    become_backup(std::move(why));
}

void Transition::operator()(Stop const& stop) {
    bool const was_master = m_.state == VrrpState::master;
    enter(VrrpState::init, "stopped");
    if (was_master) {
        act(SendAdvert{0});
        say(Level::info, "sent 0 priority");
        act(DropAddresses{});
        act(ShutGate{});
    }
    act(Notify{stop.deleted ? Happening::deleted : Happening::stopped});
}

void Transition::become_master(std::string why) {
    say(Level::info, "Entering MASTER STATE");
    enter(VrrpState::master, std::move(why));
    m_.master_interval = m_.settings.interval;
    ++m_.became_master;
    advertise();
    act(OpenGate{});
    act(TakeAddresses{});
    announce_twice(m_.settings.garp.repeat, m_.settings.garp.delay);
    plan_refreshes();
    act(Notify{Happening::became_master});
}

void Transition::resume_master(TimePoint last_advert) {
    // Gate and addresses are as the earlier daemon left them; asking for them again changes nothing then. The advert is
    // due at once: until now nobody has spoken for us.
    say(Level::info, "Resuming MASTER STATE");
    enter(VrrpState::master, "resumed after a restart of the daemon");
    m_.last_advert = last_advert;
    advertise();
    act(OpenGate{});
    act(TakeAddresses{.announce_missing = true});
    plan_refreshes();
}

void Transition::become_backup(std::string why) {
    bool const was_master = m_.state == VrrpState::master;
    say(Level::info, "Entering BACKUP STATE");
    enter(VrrpState::backup, std::move(why));
    if (was_master) {
        act(DropAddresses{});
        act(ShutGate{});
    }
    join();
    wait_for_master();
    act(Notify{Happening::became_backup});
}

void Transition::become_fault() {
    bool const was_master = m_.state == VrrpState::master;
    act(Report{Level::info,
               fmt::format("({}): entering FAULT state ({})", m_.settings.name, m_.conditions.fault)});
    say(Level::info, "Entering FAULT STATE");
    enter(VrrpState::fault, m_.conditions.fault);
    if (was_master) {
        act(SendAdvert{0});
        say(Level::info, "sent 0 priority");
        act(DropAddresses{});
        act(ShutGate{});
    }
    act(Notify{Happening::became_fault});
}

void Transition::advertise() {
    act(SendAdvert{static_cast<std::uint8_t>(m_.priority())});
    m_.last_advert = now_;
    m_.timer = now_ + m_.settings.interval;
}

void Transition::announce_twice(int repeat, Duration delay) {
    if (repeat == 0) return;
    act(Announce{repeat});
    m_.burst_repeat = repeat;
    if (delay > 0s) m_.burst = now_ + delay;
}

void Transition::plan_refreshes() {
    auto const& garp = m_.settings.garp;
    if (garp.refresh > 0s) m_.refresh = now_ + garp.refresh;
    if (garp.extra > 0s) m_.extra = now_ + garp.extra;
}

bool Transition::rival_may_be_master() const {
    auto const& rival = m_.settings.rival_priority;
    return rival && now_ - m_.last_advert > master_down_interval(m_.settings.interval, *rival, m_.settings.down_adverts, skew_unit());
}

void Transition::wait_for_master() {
    m_.timer = is_owner() ? m_.joining_until.value_or(now_) : now_ + down_interval();
}

/// The others of its sync group decide when; until then it says so again and again.
void Transition::want_master() {
    m_.wants_master = true;
    m_.hears_master = false;
    m_.timer = now_ + m_.settings.interval;
}

Settings settings_of(model::Instance const& instance, bool grouped) {
    return {instance.name,
            instance.advert_interval,
            instance.preempt,
            instance.preempt_delay,
            instance.garp,
            instance.version,
            instance.down_adverts,
            instance.lower_prio_no_advert,
            instance.higher_prio_send_advert,
            grouped,
            instance.notify.priority_changes,
            instance.rival_priority};
}

Step on(Machine machine, Event const& event, TimePoint now) {
    Transition transition(std::move(machine), now);
    std::visit(transition, event);
    return std::move(transition).finish();
}

}  // namespace drover::vrrp
