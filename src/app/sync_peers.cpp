#include "app/sync_peers.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "base/log.h"
#include "loop/io/clock.h"
#include "sync/io/bulk.h"
#include "sync/io/secure_stream.h"

namespace drover::app {

namespace {

/// In which something must come or go once a stream stands.
constexpr Duration kPatience = 5s;
/// Slots that are looked at while names are held: a millisecond.
constexpr std::size_t kSlotsAtOnce = 16384;

void name_thread(char const* name) {
    ::pthread_setname_np(::pthread_self(), name);
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

model::SyncPeeringObserved nothing_yet(model::SyncPeering const& peering) {
    model::SyncPeeringObserved seen;
    seen.peers = peering.peers;
    seen.has_key = true;
    return seen;
}

/// Of a peer that has come in.
std::string text_of(sockaddr_in6 const& from) {
    Address::Bytes bytes;
    std::copy_n(from.sin6_addr.s6_addr, bytes.size(), bytes.begin());
    return Address(bytes).text();
}

}  // namespace

Result<std::unique_ptr<SyncPeers>> SyncPeers::open(dataplane::BpfDataplane& dataplane, model::SyncPeering const& peering,
                                                   std::uint8_t id, Hooks hooks) {
    auto key = sync::read_key(peering.key_file);
    if (!key) return std::unexpected(key.error());
    auto listening = sync::listen_for_streams(peering.port);
    if (!listening) return std::unexpected(listening.error());
    loop::Fd wake(::eventfd(0, EFD_CLOEXEC));
    if (!wake) return fail_errno("make an event descriptor");
    return std::unique_ptr<SyncPeers>(new SyncPeers(dataplane, peering, id, std::move(hooks), *key, std::move(*listening), std::move(wake)));
}

SyncPeers::SyncPeers(dataplane::BpfDataplane& dataplane, model::SyncPeering peering, std::uint8_t id, Hooks hooks, sync::Key key,
                     loop::Fd listening, loop::Fd wake)
    : dataplane_(dataplane), peering_(std::move(peering)), id_(id), hooks_(std::move(hooks)), key_(key), listening_(std::move(listening)),
      wake_(std::move(wake)), seen_(nothing_yet(peering_)), server_([this](std::stop_token stop) { serve(std::move(stop)); }),
      joiner_([this](std::stop_token stop) { join_when_asked(std::move(stop)); }) {}

SyncPeers::~SyncPeers() {
    server_.request_stop();
    joiner_.request_stop();
    std::uint64_t const one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
}

void SyncPeers::serve(std::stop_token stop) {
    name_thread("drover-peers");
    while (!stop.stop_requested()) {
        std::array<pollfd, 2> ends{{{wake_.get(), POLLIN, 0}, {listening_.get(), POLLIN, 0}}};
        ::poll(ends.data(), ends.size(), -1);
        if (stop.stop_requested()) return;
        sockaddr_in6 from{};
        socklen_t size = sizeof from;
        loop::Fd socket(::accept4(listening_.get(), reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC));
        if (socket) serve_one(std::move(socket), text_of(from));
    }
}

void SyncPeers::serve_one(loop::Fd socket, std::string const& who) {
    auto stream = sync::SecureStream::accept(std::move(socket), key_, kPatience);
    if (!stream) {
        log::warning("connection sync: {} came in and {}", who, stream.error().message);
        std::scoped_lock const lock(shared_);
        ++seen_.strangers;
        return;
    }
    if (stream->purpose() == sync::Purpose::handover) return hooks_.answer_handover(*stream, who, *this);
    auto snapshot = dataplane_.snapshot();
    auto const sent = sync::send_all(*stream, id_, [&](std::vector<sync::Connection>& connections) {
        auto const now = dataplane_.now();
        auto const names = dataplane_.hold_names();
        return snapshot.next(connections, kSlotsAtOnce, now);
    });
    if (!sent) return log::warning("connection sync: {} joined and did not get the whole table: {}", who, sent.error().message);
    log::notice("connection sync: {} has joined with {} connections", who, *sent);
    std::scoped_lock const lock(shared_);
    seen_.served_unix_us = loop::unix_microseconds();
    seen_.served_connections = *sent;
    seen_.served = who;
}

model::SyncPeeringObserved SyncPeers::observed() const {
    std::scoped_lock const lock(shared_);
    return seen_;
}

Result<sync::SecureStream> PeerAccess::reach(Address const& peer, Duration patience) const {
    return sync::SecureStream::connect(peer, port, key, patience, sync::Purpose::handover);
}

Result<void> SyncPeers::be_complete() {
    if (peering_.peers.empty()) return fail("it has no sync_peer to take the connections over from");
    std::unique_lock lock(shared_);
    auto const is_idle = [this] { return !join_wanted_ && !joins_; };
    if (!is_idle() || !hears_news_ || seen_.joined_unix_us == 0 || !seen_.trouble.empty()) {
        join_wanted_ = true;
        wanted_.notify_all();
        auto const patience = static_cast<std::int64_t>(peering_.peers.size()) * peering_.patience + 1s;
        if (!wanted_.wait_for(lock, patience, is_idle)) return fail("the connections did not come in time");
    }
    if (!seen_.trouble.empty()) return fail(seen_.trouble);
    return {};
}

void SyncPeers::join_soon() {
    std::scoped_lock const lock(shared_);
    join_wanted_ = true;
    wanted_.notify_all();
}

void SyncPeers::join_when_asked(std::stop_token stop) {
    name_thread("drover-join");
    while (true) {
        std::unique_lock lock(shared_);
        if (!wanted_.wait(lock, stop, [this] { return join_wanted_; })) return;
        join_wanted_ = false;
        joins_ = true;
        lock.unlock();
        join();
        lock.lock();
        joins_ = false;
        wanted_.notify_all();
        // Who asked meanwhile may want what has happened since.
        bool const is_all = !join_wanted_;
        lock.unlock();
        if (is_all) hooks_.joined();
    }
}

void SyncPeers::join() {
    for (auto const& peer : peering_.peers) {
        auto const joined = join_one(peer, peering_.patience);
        std::scoped_lock const lock(shared_);
        seen_.trouble.clear();
        if (joined) {
            log::notice("connection sync: took over {} connections from {}", *joined, peer.text());
            seen_.joined_unix_us = loop::unix_microseconds();
            seen_.joined_connections = *joined;
            seen_.joined = peer.text();
        } else {
            seen_.trouble = "no table was taken over from " + peer.text() + ": " + joined.error().message;
            log::warning("connection sync: {}", seen_.trouble);
        }
    }
}

Result<std::uint64_t> SyncPeers::join_one(Address const& peer, Duration patience) {
    auto const deadline = loop::now() + patience;
    auto stream = sync::SecureStream::connect(peer, peering_.port, key_, patience);
    if (!stream) return std::unexpected(stream.error());
    auto exchange = dataplane_.exchange();
    bool is_late = false;
    auto fetched = sync::fetch_all(*stream, id_, [&](std::vector<sync::Connection> const& connections) {
        is_late = is_late || loop::now() > deadline;
        if (is_late) return false;
        exchange->set_now(dataplane_.now());
        auto const names = dataplane_.hold_names();
        for (auto const& connection : connections) exchange->put(connection);
        return true;
    });
    if (is_late) return fail("it was not complete in time", ETIMEDOUT);
    return fetched;
}

}  // namespace drover::app
