// A random history of three routers on one link, in virtual time: what befalls them comes from a seed, so that a
// history that went wrong can be played again. Each router has a clock of its own (CLOCK_BOOTTIME: it may jump forward,
// when its host was suspended, but never back). A witness who knows nothing of the machine's timers judges every step.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "vrrp/machine.h"

namespace drover::vrrp {

class History {
public:
    /// With `keep_journal` what happens is written down line by line.
    History(std::uint64_t seed, bool keep_journal);

    /// Plays it to its end: chaos, calm, the failure of the master, calm. Empty: all went as it must; else what was
    /// wrong.
    std::string play();
    std::string journal() const;
    /// How often something happened, over all of it: a history in which nothing happens proves nothing.
    struct Tally {
        std::uint64_t takeovers = 0, yields = 0, yields_late = 0, went_on_late = 0, faults = 0, lost = 0, doubled = 0, joins = 0,
                      held_back = 0, handovers = 0;
    };
    Tally const& tally() const { return tally_; }

private:
    static constexpr std::size_t count = 3;  ///< routers
    static constexpr int down_adverts = 3;
    static constexpr int owner = 255;  ///< its priority

    static double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }
    static std::string_view name(std::size_t which) { return std::array<std::string_view, count>{"a", "b", "c"}[which]; }

    struct Router {
        Machine machine;
        Conditions conditions;  ///< as they would be now; the machine hears of them when it is awake
        bool alive = false;     ///< its daemon runs
        bool paused = false;    ///< SIGSTOP: it runs, but does nothing
        Duration ahead{0};      ///< of its clock
        bool gate = false, addresses = false;
        std::deque<AdvertHeard> waiting;  ///< in its socket
        // The witness's notes, in the router's own time.
        TimePoint started;
        TimePoint respected;    ///< when it last heard an advert that it had to respect, or began to listen
        bool resigned = false;  ///< the last that it heard of a master was priority 0
        TimePoint preempt_refused_since;
        TimePoint spoke;  ///< its last advert as a master
        std::optional<TimePoint> lacks_until;  ///< it waits for its peers' connections, but no longer
        std::optional<TimePoint> gets_them;    ///< on the link's clock; nothing: never
    };
    struct Delivery {
        std::size_t to;
        AdvertHeard advert;
    };

    // What befalls them.
    void chaos();
    void disturb();
    void calm();
    void fail_the_master();
    void run(Duration span);
    bool step(TimePoint end);
    void deliver(Delivery const& delivery);
    void send(std::size_t from, std::uint8_t priority);
    void wake(std::size_t which);
    void start(std::size_t which);
    void stop(std::size_t which);
    /// Of a master, to a router that can take over; false: there are no such two.
    bool hand_over();
    void kill(std::size_t which);
    void tell_conditions(std::size_t which);
    void join(std::size_t which);
    void give(std::size_t which, Event const& event);

    // What the witness says.
    void judge_step(Router const& before, Router& after, Event const& event, std::vector<Action> const& actions);
    void judge_takeover(Router const& before, Event const& event, TimePoint now);
    void judge_yield(Router const& before, Event const& event, TimePoint now);
    void judge_order(std::vector<Action> const& actions, bool handed_over);
    void judge_calm();
    void expect_a_master_within(Duration bound, std::size_t without, std::string const& what);
    bool witness_says_late(Router const& router, TimePoint now) const;
    std::vector<std::size_t> masters() const;
    bool can_run(std::size_t which) const;
    void wrong(std::string what);
    void note(std::string line);

    std::uint64_t number(std::uint64_t below) { return random_() % below; }
    bool chance(unsigned percent) { return number(100) < percent; }
    Duration up_to(Duration most) {
        return Duration(static_cast<std::int64_t>(number(static_cast<std::uint64_t>(most.count()) + 1)));
    }
    TimePoint local(Router const& router) const { return now_ + router.ahead; }

    std::uint64_t seed_;
    std::mt19937_64 random_;
    bool keep_journal_;
    std::vector<Router> routers_;
    Duration interval_{1s};
    TimePoint now_{std::chrono::hours(1)};
    std::multimap<TimePoint, Delivery> on_the_wire_;
    unsigned loss_ = 0, doubling_ = 0;  ///< percent
    Duration delay_{1ms};
    std::array<std::array<bool, 3>, 3> cut_{};  ///< [from][to]
    bool transitions_forbidden_ = false;
    std::vector<std::string> journal_;
    std::string wrong_;
    Tally tally_;
};

}  // namespace drover::vrrp
