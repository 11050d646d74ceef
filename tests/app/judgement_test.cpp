// From a failed check to the last new connection of the server, on the real program: the checks ask a socket on
// loopback, what they judge is programmed into the maps, and another thread sends one new flow after the other all the
// while.
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "app/desired.h"
#include "app/health_checks.h"
#include "app/listener.h"
#include "bpf/packet_path.h"
#include "loop/io/clock.h"
#include "loop/io/loop.h"

namespace drover::app {
namespace {

using bpf::testing::PacketPath;

constexpr Duration kDeadline = 20s;
constexpr std::uint16_t kPort = 80;

/// One packet after the other, each of another client.
class Stream {
public:
    struct Sent {
        std::int64_t begun_unix_us;  ///< before the packet met the program: what it met was published no earlier
        int server;
    };

    explicit Stream(PacketPath& path) : path_(path), thread_([this](std::stop_token stop) { run(stop); }) {}

    /// Adds what was sent since the last time; the stream goes on.
    void take(std::vector<Sent>& to) {
        std::scoped_lock const lock(mutex_);
        to.insert(to.end(), sent_.begin(), sent_.end());
        sent_.clear();
    }

private:
    void run(std::stop_token const& stop) {
        auto frame = bpf::testing::frame().syn();
        for (std::uint32_t client = 0; !stop.stop_requested(); ++client) {
            auto const bytes = frame.from(0x0a000001 + client, 40000).bytes();
            bpf::testing::Bytes out(bytes.size());
            bpf_test_run_opts options{};
            options.sz = sizeof options;
            options.data_in = bytes.data();
            options.data_size_in = static_cast<__u32>(bytes.size());
            options.data_out = out.data();
            options.data_size_out = static_cast<__u32>(out.size());
            auto const begun = loop::unix_microseconds();
            if (bpf_prog_test_run_opts(path_.object().program_fd(), &options) != 0 || options.retval != XDP_TX) continue;
            std::scoped_lock const lock(mutex_);
            sent_.push_back({begun, out[5]});
        }
    }

    PacketPath& path_;
    std::mutex mutex_;
    std::vector<Sent> sent_;
    std::jthread thread_;
};

class AfterAJudgement : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "loading eBPF programs needs root";
        path = std::make_unique<PacketPath>(std::uint64_t{1} << 18);
        checks = std::make_unique<HealthChecks>(
            loop.context(), HealthChecks::Hooks{.on_change = [this](auto const&) { program(); }, .run_script = {}});
    }

    /// As Daemon::program() does.
    void program() {
        live::Table const unchanged([](std::string const&) { return std::nullopt; });
        auto const state = desired_state(configured_state(configuration), unchanged, [this](ServiceKey const& service, Endpoint const& server) {
            return checks->pooled(service, server);
        });
        auto const done = path->programmer().apply(state.desired);
        ASSERT_TRUE(done) << done.error().message;
    }

    void add_service(Address const& vip, int servers) {
        auto& service = configuration.services.emplace_back();
        service.key = {{vip, kPort}, Protocol::tcp};
        service.scheduler = model::Scheduler::rr;
        for (int i = 1; i <= servers; ++i) service.servers.emplace_back().endpoint = bpf::testing::real(i, kPort);
    }

    /// Serves what was added; the first server of the first service is checked from now on.
    void serve() {
        checks->apply(configuration.services);
        program();
        auto& check = configuration.services[0].servers[0].checks.emplace_back();
        check.what = model::TcpCheck{};
        check.target = listener.endpoint;
        check.timing = {.delay_loop = 5ms, .connect_timeout = 1s, .delay_before_retry = 1ms, .retry = 1, .warmup = 0s};
        checks->apply(configuration.services);
        wait_for(model::HealthState::up);
    }

    model::CheckObserved checked() const { return checks->observed().front(); }
    void wait_for(model::HealthState state) {
        ASSERT_TRUE(loop.run_until([&] { return checked().state == state; }, kDeadline));
    }

    /// Lets the server fail in the midst of new connections. How long after the judgement the last of them went to it,
    /// in microseconds; negative: before. What else the main thread or the machine does in between counts, too.
    std::int64_t last_connection_after_a_failure(Stream& stream) {
        std::vector<Stream::Sent> sent;
        auto const flow = [&](auto const& condition) {
            EXPECT_TRUE(loop.run_until([&] { return stream.take(sent), std::ranges::count_if(sent, condition) > 100; },
                                       kDeadline));
        };
        auto const goes_to_it = [](Stream::Sent const& packet) { return packet.server == 1; };
        stream.take(sent);
        sent.clear();
        flow(goes_to_it);
        listener.close();
        wait_for(model::HealthState::down);
        auto const judged = checked().since_unix_us, in_force = checked().in_force_unix_us;
        flow([&](Stream::Sent const& packet) { return packet.begun_unix_us > in_force; });
        listener.reopen();
        wait_for(model::HealthState::up);
        auto const last = std::ranges::find_if(sent.rbegin(), sent.rend(), goes_to_it)->begun_unix_us;
        EXPECT_LE(last, in_force) << "none once the packet path goes by the judgement";
        return last - judged;
    }

    std::int64_t median_of_15_failures() {
        Stream stream(*path);
        std::vector<std::int64_t> late;
        for (int round = 0; round < 15; ++round) late.push_back(last_connection_after_a_failure(stream));
        std::ranges::nth_element(late, late.begin() + 7);
        return late[7];
    }

    Listener listener;
    loop::Loop loop;
    std::unique_ptr<PacketPath> path;
    std::unique_ptr<HealthChecks> checks;
    model::Configuration configuration;
};

// The median: a thread that must yield the processor in the midst of a judgement is late once, not every other time.

TEST_F(AfterAJudgement, NoNewConnectionGoesToTheServerFrom10MillisecondsOn) {
    add_service(*Address::parse("172.51.97.175"), 2);
    serve();
    EXPECT_LT(median_of_15_failures(), 10'000);
}

TEST_F(AfterAJudgement, TheOther2000ServersOfAFarmMakeNoDifference) {
    add_service(*Address::parse("172.51.97.175"), 2);
    for (std::uint32_t i = 0; i < 20; ++i) add_service(Address::v4(0xac336200 + i), 100);
    serve();
    EXPECT_LT(median_of_15_failures(), 10'000);
}

}  // namespace
}  // namespace drover::app
