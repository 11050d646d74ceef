// A director that joins takes over a million connections of its peer: two data planes in one process, each in a network
// namespace of its own, joined by the stream that two directors have. Needs root; what is pinned has this process's
// number and is removed.
#include <fmt/format.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/sync_peers.h"
#include "bench/rows.h"
#include "dataplane/io/bpf_dataplane.h"
#include "sync/io/secure_stream.h"

namespace drover::bench {

namespace {

namespace fs = std::filesystem;
using dataplane::BpfDataplane;

constexpr std::uint32_t kConnections = 1'000'000, kServers = 16, kClientPorts = 50'000;
constexpr int kRounds = 3;
constexpr std::uint16_t kPort = 18849;
constexpr std::uint8_t kId = 7;
constexpr auto kPatience = 60s;
constexpr std::size_t kPiece = 1 << 16;
Address const kDirector = Address::v4(0x0a630001), kJoiner = Address::v4(0x0a630002);

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpu_now() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/// What is the run's own on disk: a secret of both directors.
class Secret {
public:
    Secret() : path_(fs::temp_directory_path() / fmt::format("drover-sync-join-{}", ::getpid())) {
        std::ofstream(path_) << "a secret of two directors\n";
        fs::permissions(path_, fs::perms::owner_read);
    }
    ~Secret() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    Secret(Secret const&) = delete;
    Secret& operator=(Secret const&) = delete;
    std::string path() const { return path_; }

private:
    fs::path path_;
};

/// A packet path without an interface, gone with its pins at the end.
class Director {
public:
    static Result<Director> open(std::string_view name) {
        auto pins = dataplane::Pins::open(fmt::format("/sys/fs/bpf/drover-sync-join-{}-{}", ::getpid(), name));
        if (!pins) return std::unexpected(pins.error());
        auto plane = BpfDataplane::open(std::move(*pins));
        if (!plane) return std::unexpected(plane.error());
        return Director(std::move(*plane));
    }
    Director(Director&&) noexcept = default;
    Director& operator=(Director&&) = delete;
    ~Director() {
        if (plane_) plane_->remove();
    }
    BpfDataplane& plane() { return *plane_; }

private:
    explicit Director(std::unique_ptr<BpfDataplane> plane) : plane_(std::move(plane)) {}
    std::unique_ptr<BpfDataplane> plane_;
};

/// A family's addresses, as the last 32 bits say which.
struct Farm {
    Family family;

    Address address(std::uint32_t number) const {
        if (family == Family::v4) return Address::v4(number);
        Address::Bytes bytes{0xfd};
        for (std::size_t i = 0; i < 4; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> 8 * i);
        return Address(bytes);
    }
    Endpoint vip() const { return {address(0x0a000001), 80}; }
    Endpoint server(std::uint32_t number) const { return {address(0x0b000001 + number % kServers), 80}; }
    model::Desired desired() const {
        model::DesiredService service;
        service.key = {vip(), Protocol::tcp};
        for (std::uint32_t i = 0; i < kServers; ++i) service.servers.push_back({server(i), 1});
        return {{}, {service}};
    }
    sync::Connection connection(std::uint32_t number) const {
        sync::Connection made;
        made.protocol = static_cast<std::uint8_t>(Protocol::tcp);
        made.client = {address(0x0c0a0000 + number / kClientPorts),
                       static_cast<std::uint16_t>(number % kClientPorts + 1024)};
        made.virtual_server = vip();
        made.real_server = server(number);
        made.flags = sync::flag_direct_routing | sync::flag_no_output;
        made.state = sync::tcp_established;
        made.timeout = 600;
        return made;
    }
};

/// How many there are then: of a table that is half full, one in a hundred thousand places may be taken.
Result<std::uint64_t> fill(BpfDataplane& plane, Farm const& farm) {
    auto const exchange = plane.exchange();
    exchange->set_now(plane.now());
    for (std::uint32_t i = 0; i < kConnections; ++i) exchange->put(farm.connection(i));
    auto const& taken = exchange->taken();
    if (taken.made + kConnections / 10'000 < kConnections)
        return fail(fmt::format("only {} connections could be made", taken.made));
    return taken.made;
}

struct Cost {
    double seconds = 0, cpu = 0;
};

template <class Work>
Cost cost_of(Work const& work) {
    auto const start = seconds_now(), used = cpu_now();
    work();
    return {seconds_now() - start, cpu_now() - used};
}

/// The same bytes over the same stream, and nothing done with them.
Result<Cost> bare_stream(sync::Key const& key, std::size_t bytes) {
    auto listening = sync::listen_for_streams(kPort + 1);
    if (!listening) return std::unexpected(listening.error());
    Result<void> written;
    std::jthread const writer([&] {
        loop::Fd socket;
        while (!socket) socket = loop::Fd(::accept(listening->get(), nullptr, nullptr));
        auto stream = sync::SecureStream::accept(std::move(socket), key, kPatience);
        std::vector<std::uint8_t> const piece(kPiece);
        for (std::size_t sent = 0; stream && written && sent < bytes; sent += piece.size())
            written = stream->write(piece);
    });
    auto stream = sync::SecureStream::connect(Address::v4(INADDR_LOOPBACK), kPort + 1, key, kPatience);
    if (!stream) return std::unexpected(stream.error());
    Result<void> done;
    auto const cost = cost_of([&] {
        std::vector<std::uint8_t> piece(kPiece);
        for (std::size_t had = 0; done && had < bytes; had += piece.size()) done = stream->read(piece);
    });
    if (!done) return std::unexpected(done.error());
    return cost;
}

Result<void> run(std::string const& command) {
    return std::system(command.c_str()) == 0 ? Result<void>{} : fail("failed: " + command);
}

/// This thread's, with nothing in it but the way back.
Result<void> enter_own_network() {
    if (::unshare(CLONE_NEWNET) != 0) return fail_errno("make a network namespace");
    return run("ip link set lo up");
}

/// In a network namespace of its own, so that it can listen on the port that the other one listens on.
Result<std::unique_ptr<app::SyncPeers>> open_beside(BpfDataplane& plane, model::SyncPeering const& peering,
                                                    std::function<void()> const& joined) {
    Result<std::unique_ptr<app::SyncPeers>> opened;
    std::jthread([&] {
        auto done = enter_own_network();
        if (done)
            done =
                run(fmt::format("ip link add joiner type veth peer name director netns {0} && "
                                "nsenter -t {0} -n ip address add {1}/24 dev director && "
                                "nsenter -t {0} -n ip link set director up && "
                                "ip address add {2}/24 dev joiner && ip link set joiner up",
                                ::getpid(), kDirector.text(), kJoiner.text()));
        if (!done)
            opened = std::unexpected(done.error());
        else
            opened = app::SyncPeers::open(plane, peering, kId, {joined, {}});
    }).join();
    return opened;
}

Result<Cost> join_once(BpfDataplane& from, std::uint64_t connections, Farm const& farm, Secret const& secret) {
    auto joiner = Director::open("joiner");
    if (!joiner) return std::unexpected(joiner.error());
    if (auto done = joiner->plane().apply(farm.desired()); !done) return std::unexpected(done.error());
    model::SyncPeering peering{{kDirector}, secret.path(), kPort, kPatience};
    auto const serves = app::SyncPeers::open(from, peering, kId, {});
    if (!serves) return std::unexpected(serves.error());
    std::promise<void> joined;
    auto const joins = open_beside(joiner->plane(), peering, [&joined] { joined.set_value(); });
    if (!joins) return std::unexpected(joins.error());
    auto const cost = cost_of([&] {
        (*joins)->join_soon();
        joined.get_future().wait();
    });
    auto const seen = (*joins)->observed();
    if (!seen.trouble.empty()) return fail(seen.trouble);
    if (seen.joined_connections != connections)
        return fail(fmt::format("{} connections came", seen.joined_connections));
    return cost;
}

Result<std::vector<BenchRow>> measure(Family family, Secret const& secret) {
    Farm const farm{family};
    std::string const name = family == Family::v4 ? "IPv4" : "IPv6";
    double const mebibytes = (family == Family::v4 ? 36.0 : 72.0) * kConnections / (1 << 20);
    auto director = Director::open("director");
    if (!director) return std::unexpected(director.error());
    if (auto done = director->plane().apply(farm.desired()); !done) return std::unexpected(done.error());
    auto const connections = fill(director->plane(), farm);
    if (!connections) return std::unexpected(connections.error());
    Cost best{1e9, 1e9}, bare{1e9, 1e9};
    auto const key = sync::read_key(secret.path());
    if (!key) return std::unexpected(key.error());
    for (int i = 0; i < kRounds; ++i) {
        auto const cost = join_once(director->plane(), *connections, farm, secret);
        if (!cost) return std::unexpected(cost.error());
        if (cost->seconds < best.seconds) best = *cost;
        auto const stream = bare_stream(*key, static_cast<std::size_t>(mebibytes * (1 << 20)));
        if (!stream) return std::unexpected(stream.error());
        if (stream->seconds < bare.seconds) bare = *stream;
    }
    return std::vector<BenchRow>{
        {"join with a million connections, " + name, best.seconds, "s", 3.0},
        {"  CPU of both directors", best.cpu, "s", std::nullopt},
        {"  what goes over the stream", mebibytes, "MiB", std::nullopt},
        {"  times as long as the bare stream of so much", best.seconds / bare.seconds, "", std::nullopt}};
}

}  // namespace

}  // namespace drover::bench

int main(int argc, char** argv) {
    bool const json = argc == 2 && std::string_view(argv[1]) == "--json";
    if (argc > 2 || (argc == 2 && !json)) {
        std::cerr << "usage: sync-join [--json]\n";
        return 2;
    }
    if (auto done = drover::bench::enter_own_network(); !done) {
        std::cerr << "sync-join: " << done.error().message << "\n";
        return 1;
    }
    drover::bench::Secret const secret;
    std::vector<drover::bench::BenchRow> rows;
    for (auto const family : {drover::Family::v4, drover::Family::v6}) {
        auto const more = drover::bench::measure(family, secret);
        if (!more) {
            std::cerr << "sync-join: " << more.error().message << "\n";
            return 1;
        }
        rows.insert(rows.end(), more->begin(), more->end());
    }
    drover::bench::print(rows, json);
    return 0;
}
