// A network of a test's own: two fresh network namespaces joined by a veth pair, gone with the test.
//
//   here: lo, "eth0" 02:00:00:00:00:01 10.0.0.1/24   <---veth--->   there: lo, "eth0" 02:00:00:00:00:02 10.0.0.2/24
//
// The test's thread stands in "here". Nothing outside is touched. Needs root and iproute2.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>

namespace drover::netlink::testing {

class World : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "making network namespaces needs root";
        origin_ = current();
        there_ = fresh();
        run("ip link set lo up");
        here_ = fresh();
        run("ip link set lo up");
        run("ip link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns " +
            path(there_));
        run("ip addr add 10.0.0.1/24 brd + dev eth0");
        run("ip link set eth0 up");
        there([] {
            run("ip addr add 10.0.0.2/24 brd + dev eth0");
            run("ip link set eth0 up");
        });
        // The kernel tells of a carrier a moment after it is there, by a worker of its own.
        run("for i in $(seq 500); do ip -o link show eth0 | grep -q 'state UP' && exit 0; sleep 0.01; done; exit 1");
    }

    void TearDown() override {
        for (int const fd : {origin_, here_, there_})
            if (fd >= 0) {
                if (fd == origin_) ::setns(fd, CLONE_NEWNET);
                ::close(fd);
            }
    }

    /// Runs something in the other namespace.
    void there(std::function<void()> const& action) {
        ASSERT_EQ(::setns(there_, CLONE_NEWNET), 0);
        action();
        ASSERT_EQ(::setns(here_, CLONE_NEWNET), 0);
    }

    static void run(std::string const& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

    /// What a command prints.
    static std::string output(std::string const& command) {
        std::string text;
        auto* const pipe = ::popen(command.c_str(), "r");
        for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
        ::pclose(pipe);
        return text;
    }

    /// Waits on the descriptor until `condition` holds; false after five seconds.
    static bool eventually(int fd, std::function<bool()> const& condition) {
        auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            pollfd waiting{fd, POLLIN, 0};
            ::poll(&waiting, 1, 50);
        }
        return true;
    }

private:
    static int current() { return ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC); }
    static int fresh() {
        if (::unshare(CLONE_NEWNET) != 0) ADD_FAILURE() << "unshare: " << std::strerror(errno);
        return current();
    }
    static std::string path(int fd) { return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd); }

    int origin_ = -1;
    int here_ = -1;
    int there_ = -1;
};

}  // namespace drover::netlink::testing
