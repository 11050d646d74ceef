// The election of one virtual router (RFC 3768 6, RFC 5798 6) with keepalived's extensions, as a function on a virtual clock:
// (machine, event, now) -> (machine, actions). It knows no sockets, clocks or interfaces; src/app/vrrp_router.cpp
// carries the actions out, in the order in which they are given.
//
// Two orders are fixed (design, "The gate"):
//   taking over: advert, gate open, addresses and routes, gratuitous ARP;
//   giving up:   addresses and routes away, gate shut.
// In a planned handover the old master's gate stays open a moment longer, for frames that are already on their way to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/log.h"
#include "base/time.h"
#include "model/instance.h"
#include "model/observed.h"
#include "vrrp/notify.h"

namespace drover::vrrp {

/// What of an instance's configuration the election needs.
struct Settings {
    std::string name;
    Duration interval = 1s;
    bool preempt = true;
    Duration preempt_delay{0};
    model::GarpSchedule garp;
    int version = 2;
    int down_adverts = 3;  ///< so many intervals without an advert, and the master counts as dead
    bool lower_prio_no_advert = false;
    bool higher_prio_send_advert = false;
    bool grouped = false;  ///< in a sync group: it says that it wants to be master and waits for MoveTo
    bool tells_priority = false;  ///< changes of the priority are told
    std::optional<int> rival_priority = {};  ///< the highest of another router: a master yields when such a one may have taken over
    /// How long it waits for the connections of its peers before it preempts one of them; 0: there is nobody to ask.
    Duration join_patience{0};
    bool operator==(Settings const&) const = default;
};
Settings settings_of(model::Instance const& instance, bool grouped = false);

/// What the surroundings allow: made by conditions.h from interfaces and addresses.
struct Conditions {
    std::string fault;   ///< why the instance cannot run, "interface eth0 down"; empty: it can
    int priority = 100;  ///< effective: 1..254, or 255 for the owner
    Address own;         ///< source of our adverts; decides between equal priorities
    bool operator==(Conditions const&) const = default;
};

// Events.
struct Start {
    Conditions conditions;
    /// When an earlier daemon sent its last advert as master, if it may be resumed (resume.h).
    std::optional<TimePoint> resume;
    /// The state that this very process was in before it was executed anew: nobody is told of it again.
    std::optional<model::VrrpState> told = {};
    /// Whom it had handed over to then.
    std::optional<Address> gave_to = {};
};
struct AdvertHeard {
    Address from;
    std::uint8_t priority = 0;
    Duration interval{0};  ///< the sender's; counts in version 3
};
/// Every advert that had come in was handed over before: an event of its own is not needed for that order, see is_late.
struct TimerExpired {};
struct ConditionsChanged {
    Conditions conditions;
};
struct Reconfigured {
    Settings settings;
    Conditions conditions;
};
/// Its sync group moves together; `state` is MASTER or BACKUP. From FAULT or INIT nothing moves.
struct MoveTo {
    model::VrrpState state;
    std::string why;
};
/// Somebody else has the addresses, as the packet path has seen: a master that is late yields to it.
struct Claimed {
    std::string by;
};
/// What Join asked for is here, or cannot be had.
struct Joined {};
/// MASTER: the peer has been asked to take over. Until then its advert is no challenge but its answer.
struct HandOver {
    Address to;
    TimePoint until;
};
/// MASTER: what the peer answered by another way than its advert.
struct HandoverEnded {
    bool taken = false;
};
/// BACKUP: the master asks to be relieved. It may go on advertising until it has heard that it is.
struct TakeOver {
    Address from;
    TimePoint until;
};
struct Stop {
    bool deleted = false;  ///< it will not come back with the next start
};
using Event = std::variant<Start, AdvertHeard, TimerExpired, ConditionsChanged, Reconfigured, MoveTo, Claimed, Joined,
                           HandOver, HandoverEnded, TakeOver, Stop>;

// Actions.
/// Remembers the role for a later daemon. Leaving mastership is remembered before anything else is done.
struct Record {
    model::VrrpState state;
    bool operator==(Record const&) const = default;
};
struct SendAdvert {
    std::uint8_t priority = 0;
    bool operator==(SendAdvert const&) const = default;
};
struct OpenGate {
    bool operator==(OpenGate const&) const = default;
};
struct ShutGate {
    bool operator==(ShutGate const&) const = default;
};
struct TakeAddresses {  ///< and routes; those which are there already are fine
    bool announce_missing = false;  ///< no Announce follows: what was not there is to be announced
    bool operator==(TakeAddresses const&) const = default;
};
struct DropAddresses {  ///< and routes
    bool operator==(DropAddresses const&) const = default;
};
struct Announce {  ///< gratuitous ARP, `repeat` frames for each address
    int repeat = 1;
    bool operator==(Announce const&) const = default;
};
struct AnnounceExtra {  ///< once each address on an interface that adverts do not leave by (GarpSchedule::extra)
    bool operator==(AnnounceExtra const&) const = default;
};
/// This director does not know what happened meanwhile: the connections of its peers are wanted, and Joined then.
struct Join {
    bool operator==(Join const&) const = default;
};
struct Notify {
    Happening happening;
    bool operator==(Notify const&) const = default;
};
struct Report {
    log::Level level;
    std::string text;
    bool operator==(Report const&) const = default;
};
using Action =
    std::variant<Record, SendAdvert, OpenGate, ShutGate, TakeAddresses, DropAddresses, Announce, AnnounceExtra, Join,
                 Notify, Report>;

struct Machine {
    Settings settings;
    model::VrrpState state = model::VrrpState::init;
    Conditions conditions;
    /// BACKUP: when the master counts as dead. MASTER: when the next advert is due.
    TimePoint timer;
    /// The interval of the master we listen to: in version 3 what it announces, else our own.
    Duration master_interval{0};
    TimePoint last_advert;               ///< MASTER: when our last one was sent
    TimePoint last_answer;               ///< MASTER: when an advert of lower priority was answered
    TimePoint last_rival;                ///< MASTER: when an advert of lower priority was heard
    std::optional<TimePoint> burst;      ///< MASTER: the second round of gratuitous ARP
    int burst_repeat = 0;                ///< frames of that round for each address
    std::optional<TimePoint> refresh;    ///< MASTER: the next refreshing gratuitous ARP
    std::optional<TimePoint> extra;      ///< MASTER: the next AnnounceExtra
    std::optional<TimePoint> preempt_from;  ///< BACKUP: until then adverts of lower priority still count
    /// Its peers' connections are still coming, and it waits for them so long at most. BACKUP: it does not preempt. MASTER:
    /// it does not announce itself to the clients of a second master.
    std::optional<TimePoint> joining_until;
    bool wants_master = false;           ///< BACKUP in a sync group: no master is heard any more
    bool hears_master = false;           ///< BACKUP: a master that counts has been heard, and within its time
    bool owner_refuted = false;          ///< another router claims to own the addresses, too: we run with 254
    std::optional<HandOver> giving;      ///< MASTER: who has been asked to take over
    std::optional<TakeOver> taking;      ///< MASTER: whose adverts do not count yet, since it hands over
    std::optional<Address> gave_to;      ///< BACKUP: who is not preempted, since we handed over to it
    std::optional<TimePoint> gate_shuts; ///< BACKUP: when the gate shuts that a handover left open
    std::string why;                     ///< why it is in this state, for people
    std::uint64_t became_master = 0;
    std::uint64_t late = 0;              ///< times it went on as master after peers could have taken over

    int priority() const { return conditions.priority; }
};

struct Step {
    Machine next;
    std::vector<Action> actions;
};

Step on(Machine machine, Event const& event, TimePoint now);

/// How long after a handover the old master goes on forwarding what still comes in. Longer than hosts need to learn from
/// gratuitous ARP, and than the last news of connections are on their way.
inline constexpr Duration gate_lingers = 200ms;

/// When TimerExpired is due; nothing: never.
std::optional<TimePoint> wakes_at(Machine const& machine);

/// How long a router like this one waits for a master's adverts; a peer with less priority waits a little longer.
Duration down_interval(Machine const& machine);

/// A master whose own last advert is older than three intervals: a peer may have taken over. Then any advert heard makes
/// it yield, whatever its priority; so received adverts must be handed over before the timer, and nothing be sent until
/// that is done.
bool is_late(Machine const& machine, TimePoint now);

/// (256 - priority) / 256 of a second (RFC 3768 6.1), or in version 3 of the master's interval (RFC 5798 6.1).
Duration skew(int priority, Duration unit = 1s);
/// `adverts` intervals plus skew: how long a backup waits for the master's adverts.
Duration master_down_interval(Duration interval, int priority, int adverts = 3, Duration skew_unit = 1s);

}  // namespace drover::vrrp
