#include "app/handover.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "loop/io/clock.h"
#include "sync/io/handover_stream.h"

namespace drover::app {

namespace {

using Kind = sync::HandoverLetter::Kind;

/// So long the adverts of both are part of a handover. Between drovers on one link it takes some milliseconds.
constexpr Duration kOverlap = 500ms;
/// A peer that was ready so long ago may be another one now.
constexpr Duration kReadyFor = 1s;
/// For a peer that first has to take over the table.
constexpr Duration kPatience = 10s;
/// At a clean stop, for each step. Nobody is without service meanwhile: this director is MASTER until then. A busy peer may
/// let its threads wait for tenths of a second.
constexpr Duration kPatienceAtStop = 1s;

std::string joined(std::vector<std::string> const& names) { return fmt::format("{}", fmt::join(names, ", ")); }

Result<void> as_result(HandoverStep const& step) {
    if (!step.refusal.empty()) return fail(step.refusal);
    return {};
}

/// The next letter, which must be of this kind; the peer's refusal is an error in its own words.
Result<sync::HandoverLetter> expect(sync::SecureStream& stream, Kind kind) {
    auto letter = sync::receive_letter(stream);
    if (!letter || letter->kind == kind) return letter;
    if (letter->kind == Kind::refused) return fail(letter->why);
    return fail("the peer sent another word about the handover than was due", EPROTO);
}

}  // namespace

void Handover::open(VrrpThread& vrrp) {
    std::scoped_lock const lock(stepping_);
    vrrp_ = &vrrp;
}

void Handover::close() {
    {
        std::scoped_lock const lock(stepping_);
        vrrp_ = nullptr;
    }
    if (worker_.joinable()) worker_.join();
}

Result<void> Handover::carry_out(HandoverStep& step) {
    std::scoped_lock const lock(stepping_);
    if (vrrp_ == nullptr) return fail("VRRP does not run");
    vrrp_->carry_out(step);
    return as_result(step);
}

// ---- the master's side

Result<void> Handover::begin(Task task) {
    {
        std::scoped_lock const lock(shared_);
        if (seen_.running) return fail("a handover is under way already", EBUSY);
        seen_ = {.running = true};
    }
    worker_ = std::jthread([this, task = std::move(task)] { finish(run(task, kPatience), task.only_ask); });
    return {};
}

bool Handover::before_stop(Task task) {
    if (worker_.joinable()) worker_.join();
    auto outcome = run(task, kPatienceAtStop);
    bool const is_done = outcome.has_value();
    finish(std::move(outcome), false);
    return is_done;
}

void Handover::finish(Result<model::HandoverObserved> outcome, bool only_asked) {
    std::scoped_lock const lock(shared_);
    seen_ = outcome ? std::move(*outcome) : model::HandoverObserved{.refusal = outcome.error().message};
    seen_.only_asked = only_asked;
    seen_.ended_unix_us = loop::unix_microseconds();
}

model::HandoverObserved Handover::observed() const {
    std::scoped_lock const lock(shared_);
    return seen_;
}

Result<model::HandoverObserved> Handover::run(Task const& task, Duration patience) {
    if (!task.peers) return std::unexpected(task.peers.error());
    HandoverStep offered{.kind = HandoverStep::Kind::offer, .names = task.names};
    if (auto done = carry_out(offered); !done) return std::unexpected(done.error());
    std::string why;
    for (auto const& peer : task.peers->peers) {
        auto done = ask(task, offered, peer, patience);
        if (done) return done;
        why += (why.empty() ? "" : "; ") + fmt::format("{} cannot take over: {}", peer.text(), done.error().message);
    }
    if (!task.only_ask) log::warning("nothing was handed over: {}", why);
    return fail(why);
}

Result<model::HandoverObserved> Handover::ask(Task const& task, HandoverStep const& offered, Address const& peer,
                                              Duration patience) {
    auto stream = task.peers->reach(peer, patience);
    if (!stream) return std::unexpected(stream.error());
    if (auto sent = sync::send_letter(*stream, {Kind::prepare, offered.parts}); !sent)
        return std::unexpected(sent.error());
    auto ready = expect(*stream, Kind::ready);
    if (!ready) return std::unexpected(ready.error());
    if (ready->parts.size() != offered.parts.size())
        return fail("it answered for others than it was asked for", EPROTO);
    model::HandoverObserved done{.instances = offered.names, .peer = peer.text()};
    if (task.only_ask) return done;
    if (auto switched = switch_over(*stream, task, offered, std::move(ready->parts), done); !switched)
        return std::unexpected(switched.error());
    log::notice("handed {} over to {}, which took {:.1f} ms", joined(done.instances), done.peer,
                static_cast<double>(done.took_us) / 1000);
    return done;
}

/// From here on it is a matter of milliseconds.
Result<void> Handover::switch_over(sync::SecureStream& stream, Task const& task, HandoverStep const& offered,
                                   std::vector<model::HandoverPart> theirs, model::HandoverObserved& done) {
    using enum HandoverStep::Kind;
    task.tell_connections();
    auto const begun = loop::now();
    HandoverStep step{.kind = give, .names = offered.names, .parts = std::move(theirs), .until = begun + kOverlap};
    if (auto given_to = carry_out(step); !given_to) return given_to;
    if (auto sent = sync::send_letter(stream, {Kind::take}); !sent) return sent;
    auto const answer = expect(stream, Kind::taken);
    step.kind = answer ? given : keep;
    if (auto ended = carry_out(step); !ended) return ended;
    if (!answer) return std::unexpected(answer.error());
    done.took_us = (loop::now() - begun).count();
    return {};
}

// ---- the peer's side

void Handover::answer(sync::SecureStream& stream, std::string const& who, SyncPeers& peers) {
    auto const taken = be_relieved(stream, peers);
    if (!taken) {
        log::warning("{} wants to hand over: {}", who, taken.error().message);
        (void)sync::send_letter(stream, {Kind::refused, {}, taken.error().message});
    } else if (!taken->empty()) {
        log::notice("took {} over from {}", *taken, who);
    }
}

/// What was taken over; empty: it only wanted to know.
Result<std::string> Handover::be_relieved(sync::SecureStream& stream, SyncPeers& peers) {
    auto const asked = expect(stream, Kind::prepare);
    if (!asked) return std::unexpected(asked.error());
    HandoverStep step{.kind = HandoverStep::Kind::consider, .parts = asked->parts};
    if (auto done = carry_out(step); !done) return std::unexpected(done.error());
    if (auto done = peers.be_complete(); !done) return std::unexpected(done.error());
    auto const ready = loop::now();
    if (auto sent = sync::send_letter(stream, {Kind::ready, step.parts}); !sent) return std::unexpected(sent.error());
    if (!expect(stream, Kind::take)) return std::string();
    auto const now = loop::now();
    if (now - ready > kReadyFor) return fail("it was asked to take over too late");
    step = {.kind = HandoverStep::Kind::take, .parts = asked->parts, .until = now + kOverlap};
    if (auto done = carry_out(step); !done) return std::unexpected(done.error());
    (void)sync::send_letter(stream, {Kind::taken});  // an advert says so, too
    return joined(step.names);
}

model::HandoverObserved outlook(model::HandoverObserved seen, Result<PeerAccess> const& peers,
                                model::SyncPeeringObserved const& peering,
                                std::vector<model::InstanceObserved> const& instances) {
    bool const has_master =
        std::ranges::any_of(instances, [](auto const& instance) { return instance.state == model::VrrpState::master; });
    auto const known = !peering.served.empty()   ? peering.served
                       : peering.trouble.empty() ? peering.joined
                                                 : std::string();
    seen.possible = peers && has_master && !known.empty();
    if (!peers)
        seen.outlook = "not possible: " + peers.error().message;
    else if (!has_master)
        seen.outlook = "nothing to hand over: no instance is MASTER here";
    else if (known.empty())
        seen.outlook = "no peer has been heard of yet" + (peering.trouble.empty() ? "" : ": " + peering.trouble);
    else
        seen.outlook = "possible, to " + known;
    return seen;
}

}  // namespace drover::app
