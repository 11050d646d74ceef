// What the sync thread does all day: hear, follow its role, tell; in this order each time it wakes, some hundred times a
// second while it tells.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataplane/exchange.h"
#include "dataplane/io/bpf_dataplane.h"
#include "loop/io/fd.h"
#include "model/observed.h"
#include "model/sync.h"
#include "sync/io/multicast.h"
#include "sync/rules.h"

namespace drover::app {

class SyncLoop {
public:
    /// What it shall do from now on.
    struct Task {
        std::optional<model::SyncChannel> master, backup;
        std::optional<std::uint32_t> role = {};  ///< number of the instance that decides when it tells; nothing: always
        std::uint32_t refresh_period = 0;        ///< seconds; 0: never
        bool over = false;
    };

    static Result<loop::Fd> make_wake();
    SyncLoop(dataplane::BpfDataplane& dataplane, loop::Fd wake);
    SyncLoop(SyncLoop const&) = delete;
    SyncLoop& operator=(SyncLoop const&) = delete;

    /// From any thread.
    void set(Task task);
    void stop();
    /// Returns when all that was known at the call has been told, or in a moment if it cannot be.
    void tell_now();
    model::SyncObserved observed() const;

    /// Until stop(); what is not told by then is told.
    void run();

private:
    struct Complaint {  // of one of the two ends, said once
        std::string text;
        TimePoint again{};
    };

    void wait();
    void take_task();
    void open_ends(TimePoint now);
    template <class End>
    void open_end(std::unique_ptr<End>& end, std::optional<model::SyncChannel> const& daemon, Complaint& complaint, TimePoint now);
    void hear();
    void follow_role();
    void tell(TimePoint now);
    dataplane::News::Measure measure(TimePoint now, std::size_t most) const;
    void measure_lag(TimePoint now);
    void publish();
    bool shall_tell() const;

    dataplane::BpfDataplane& dataplane_;
    std::unique_ptr<dataplane::Exchange> exchange_;
    loop::Fd wake_;
    Task task_;
    std::unique_ptr<sync::Sender> sender_;
    std::unique_ptr<sync::Receiver> receiver_;
    Complaint sender_complaint_, receiver_complaint_;
    bool tells_ = false;
    sync::Pace pace_;
    std::vector<sync::Connection> connections_;
    std::vector<std::uint64_t> refused_;  // by reason
    TimePoint told_at_{}, second_at_{};
    std::int64_t longest_us_ = 0;  // of this second
    model::SyncObserved seen_;

    mutable std::mutex shared_;
    std::optional<Task> next_task_;
    model::SyncObserved picture_;
    std::uint64_t turns_ = 0;
    std::condition_variable turned_;
};

}  // namespace drover::app
