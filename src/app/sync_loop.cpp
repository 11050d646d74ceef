#include "app/sync_loop.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/log.h"
#include "loop/io/clock.h"
#include "sync/datagram.h"
#include "sync/packer.h"

namespace drover::app {

namespace {

/// A new connection waits so long at most for its message, or for the next one that has room.
constexpr int kTurnMs = 5;
constexpr int kIdleMs = 1000;
/// 125 messages of 1472 bytes in each hundredth of a second: 15 MB a second.
constexpr std::uint32_t kConnectionsPerSecond = 500'000;
/// Messages that are taken in before it looks to its other duties.
constexpr int kMostMessages = 256;
constexpr Duration kOpenAgain = 1s;
/// Some turns.
constexpr Duration kTellingPatience = 50ms;
/// In which the walk comes round the table.
constexpr Duration kRound = 2s;

}  // namespace

Result<loop::Fd> SyncLoop::make_wake() {
    loop::Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake) return fail_errno("make an event descriptor");
    return wake;
}

SyncLoop::SyncLoop(dataplane::BpfDataplane& dataplane, loop::Fd wake)
    : dataplane_(dataplane), exchange_(dataplane.exchange()), wake_(std::move(wake)), pace_(kConnectionsPerSecond),
      refused_(sync::reason_count) {}

void SyncLoop::set(Task task) {
    {
        std::scoped_lock const lock(shared_);
        next_task_ = std::move(task);
    }
    std::uint64_t const one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
}

void SyncLoop::stop() { set({.master = {}, .backup = {}, .over = true}); }

/// The turn that is under way may have looked before the call: the next one counts.
void SyncLoop::tell_now() {
    constexpr std::uint64_t enough = 2;
    std::unique_lock lock(shared_);
    if (!picture_.tells) return;
    turned_.wait_for(lock, kTellingPatience, [this, from = turns_] { return turns_ >= from + enough; });
}

model::SyncObserved SyncLoop::observed() const {
    std::scoped_lock const lock(shared_);
    return picture_;
}

void SyncLoop::run() {
    while (!task_.over) {
        wait();
        auto const now = loop::now();
        hear();
        take_task();
        open_ends(now);
        follow_role();
        if (tells_) tell(now);
        measure_lag(now);
        publish();
    }
}

void SyncLoop::wait() {
    std::array<pollfd, 2> ends{{{wake_.get(), POLLIN, 0}, {receiver_ ? receiver_->fd() : -1, POLLIN, 0}}};
    ::poll(ends.data(), ends.size(), sender_ ? kTurnMs : kIdleMs);
    std::uint64_t ignored = 0;
    (void)!::read(wake_.get(), &ignored, sizeof ignored);
}

void SyncLoop::take_task() {
    std::optional<Task> next;
    {
        std::scoped_lock const lock(shared_);
        next.swap(next_task_);
    }
    if (!next) return;
    if (tells_ && next->master != task_.master) {  // the old group hears what it has not heard yet
        tell(loop::now());
        tells_ = false;
    }
    if (next->master != task_.master) {
        sender_.reset();
        exchange_->news().listen(false);
    }
    if (next->backup != task_.backup) receiver_.reset();
    sender_complaint_ = receiver_complaint_ = {};
    task_ = std::move(*next);
}

void SyncLoop::open_ends(TimePoint now) {
    bool const had_sender = sender_ != nullptr;
    open_end(sender_, task_.master, sender_complaint_, now);
    // Also while another director is MASTER: else what happens first when this one takes over would not be noted.
    if (sender_ && !had_sender) exchange_->news().listen(true);
    open_end(receiver_, task_.backup, receiver_complaint_, now);
}

/// An interface may come later, and so may its address.
template <class End>
void SyncLoop::open_end(std::unique_ptr<End>& end, std::optional<model::SyncChannel> const& daemon, Complaint& complaint,
                        TimePoint now) {
    if (end || !daemon || now < complaint.again) return;
    auto opened = End::open(*daemon);
    if (opened) {
        end = std::make_unique<End>(std::move(*opened));
        if (!complaint.text.empty()) log::notice("connection sync goes on on {}", daemon->interface);
        complaint = {};
        return;
    }
    if (complaint.text.empty()) log::warning("connection sync: {}", opened.error().message);
    complaint = {opened.error().message, now + kOpenAgain};
}

void SyncLoop::hear() {
    if (!receiver_) return;
    for (int i = 0; i < kMostMessages; ++i) {
        auto const message = receiver_->receive();
        if (!message) return;
        if (i == 0) exchange_->set_now(dataplane_.now());
        auto const datagram = sync::decode(*message, task_.backup->id);
        if (datagram.refused) ++refused_[static_cast<std::size_t>(*datagram.refused)];
        for (auto const reason : datagram.left_out) ++refused_[static_cast<std::size_t>(reason)];
        ++seen_.messages_received;
        seen_.connections_received += datagram.connections.size();
        if (!datagram.connections.empty()) seen_.heard_unix_us = loop::unix_microseconds();
        auto const names = dataplane_.hold_names();
        for (auto const& connection : datagram.connections) exchange_->put(connection);
    }
}

bool SyncLoop::shall_tell() const {
    if (!sender_) return false;
    return !task_.role || dataplane_.roles().is_open(*task_.role);
}

void SyncLoop::follow_role() {
    bool const shall = shall_tell();
    if (shall == tells_) return;
    if (!shall && sender_) tell(loop::now());
    tells_ = shall;
    told_at_ = {};
}

/// The walk over the table goes by time, however long the turns are.
dataplane::News::Measure SyncLoop::measure(TimePoint now, std::size_t most) const {
    auto const passed = static_cast<std::uint64_t>(std::clamp<Duration>(now - told_at_, 1ms, kRound).count());
    auto const slots = exchange_->slots() * passed / static_cast<std::uint64_t>(kRound.count()) + 1;
    return {most, slots, task_.refresh_period == 0 ? ~std::uint32_t{0} : task_.refresh_period};
}

void SyncLoop::tell(TimePoint now) {
    exchange_->set_now(dataplane_.now());
    auto const allowance = pace_.allowance(now);
    connections_.clear();
    bool more = false;
    {
        auto const names = dataplane_.hold_names();
        more = exchange_->collect(connections_, measure(now, allowance));
    }
    if (more) ++seen_.held_back;
    pace_.spend(static_cast<std::uint32_t>(connections_.size()));
    sync::Packer packer(task_.master->id, sender_->longest(), [this](auto message, std::size_t connections) {
        if (!sender_->send(message)) {
            ++seen_.send_errors;
            return;
        }
        ++seen_.messages_sent;
        seen_.connections_sent += connections;
    });
    for (auto const& connection : connections_) packer.add(connection);
    packer.flush();
    auto const done = loop::now();
    if (told_at_ != TimePoint{}) longest_us_ = std::max<std::int64_t>(longest_us_, (done - told_at_).count());
    told_at_ = now;
}

/// Once a second.
void SyncLoop::measure_lag(TimePoint now) {
    if (now - second_at_ < 1s) return;
    second_at_ = now;
    seen_.lag_us = longest_us_;
    longest_us_ = 0;
}

void SyncLoop::publish() {
    seen_.master = task_.master.value_or(model::SyncChannel{});
    if (sender_) seen_.master.longest = static_cast<std::uint16_t>(sender_->longest());
    seen_.backup = task_.backup.value_or(model::SyncChannel{});
    seen_.tells = tells_;
    seen_.waiting = tells_ ? exchange_->news().waiting() : 0;
    seen_.missed = exchange_->news().lost();
    seen_.taken = exchange_->taken();
    seen_.refused.clear();
    for (std::size_t i = 0; i < refused_.size(); ++i)
        if (refused_[i] > 0) seen_.refused.push_back({std::string(sync::name(static_cast<sync::Reason>(i))), refused_[i]});
    seen_.notes.clear();
    for (auto const* const complaint : {&sender_complaint_, &receiver_complaint_})
        if (!complaint->text.empty()) seen_.notes.push_back(complaint->text);
    std::scoped_lock const lock(shared_);
    picture_ = seen_;
    ++turns_;
    turned_.notify_all();
}

}  // namespace drover::app
