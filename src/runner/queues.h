// Which script may start when. keepalived starts the scripts of one instance without waiting, so that the order of two
// fast events is left to chance; here they run one after the other, in the order of the events.
//
// Only patience has an end: a script that is still running after `patience` (a "notify_master" that stays in the
// foreground for as long as the host is master, say) is left running and the next one is started beside it, as
// keepalived would have done at once. From then on nobody waits for it: a script waits for the one before it alone.
//
// Pure: the queues are values, time is handed in.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "runner/message.h"

namespace drover::runner {

struct QueueLimits {
    std::size_t parallel = 256;  ///< scripts running at one time, over all queues
    std::size_t waiting = 4096;  ///< requests waiting, over all queues
    Duration patience = 10s;
};

class Queues {
public:
    explicit Queues(QueueLimits limits = {}) : limits_(limits) {}

    /// False: too many are waiting already, the request is not taken.
    bool push(Request request);

    struct Start {
        Request request;
        bool beside_another = false;  ///< the one before it in its queue is still running, patience has run out
    };
    /// Takes out what may start now, in the order posted, and counts it as running.
    std::vector<Start> take(TimePoint now);
    void ended(Request const& request);

    /// When take() can give something although nothing ends before: never later than the next end of a patience.
    std::optional<TimePoint> next_change() const;
    /// From now on nobody waits for an earlier script (the daemon is gone): the order of the starts still holds.
    void hurry() { limits_.patience = Duration::zero(); }

    bool is_full() const { return running_ >= limits_.parallel; }
    bool is_idle() const { return running_ == 0 && waiting_ == 0; }

private:
    struct Queue {
        std::deque<Request> waiting;
        std::set<std::uint64_t> running;
        std::uint64_t last_id = 0;  ///< of the script started last, the one that the next may have to wait for
        TimePoint last_start;

        bool last_is_running() const { return running.contains(last_id); }
    };
    bool may_start(Queue const& queue, TimePoint now) const;

    QueueLimits limits_;
    std::map<std::string, Queue> queues_;
    std::size_t running_ = 0;
    std::size_t waiting_ = 0;
};

}  // namespace drover::runner
