#include "runner/queues.h"

#include <gtest/gtest.h>

namespace drover::runner {
namespace {

/// Queues, and a vocabulary of one letter per script.
struct Runner {
    explicit Runner(QueueLimits limits = {}) : queues(limits) {}

    bool post(std::string const& queue, std::string const& script) {
        Request request;
        request.id = ++last;
        request.queue = queue;
        request.argv = {script};
        return queues.push(request);
    }
    /// Starts what may start at `now` and returns the names; '+' marks one started beside another.
    std::string take(Duration now) {
        std::string names;
        for (auto& start : queues.take(TimePoint(now))) {
            names += start.request.argv[0] + (start.beside_another ? "+" : "");
            running[start.request.argv[0]] = start.request;
        }
        return names;
    }
    void end(std::string const& script) { queues.ended(running.at(script)); }

    Queues queues;
    std::map<std::string, Request> running;
    std::uint64_t last = 0;
};

TEST(Queues, RunTheScriptsOfOneQueueOneAfterTheOther) {
    Runner r;
    for (auto const* script : {"a", "b", "c"}) r.post("VI_1", script);
    EXPECT_EQ(r.take(0s), "a");
    EXPECT_EQ(r.take(1s), "");
    r.end("a");
    EXPECT_EQ(r.take(2s), "b");
    r.end("b");
    EXPECT_EQ(r.take(2s), "c");
    r.end("c");
    EXPECT_TRUE(r.queues.is_idle());
}

TEST(Queues, RunDifferentQueuesSideBySideInTheOrderPosted) {
    Runner r;
    r.post("z", "a");
    r.post("y", "b");
    r.post("z", "c");
    r.post("x", "d");
    EXPECT_EQ(r.take(0s), "abd");
    r.end("a");
    EXPECT_EQ(r.take(0s), "c");
}

TEST(Queues, DoNotWaitForeverForAScriptThatDoesNotEnd) {
    Runner r;
    r.post("VI_1", "a");
    r.post("VI_1", "b");
    r.post("VI_1", "c");
    EXPECT_EQ(r.take(5s), "a");
    EXPECT_EQ(r.queues.next_change(), TimePoint(15s));
    EXPECT_EQ(r.take(14s), "");
    EXPECT_EQ(r.take(15s), "b+");
    EXPECT_EQ(r.take(16s), "");
    r.end("b");
    EXPECT_EQ(r.take(16s), "c") << "a still runs, but nobody waits for it any more";
    r.end("c");
    r.end("a");
    EXPECT_TRUE(r.queues.is_idle());
}

TEST(Queues, AreBoundedInWhatRunsAndWhatWaits) {
    Runner r({.parallel = 2, .waiting = 3, .patience = 10s});
    EXPECT_TRUE(r.post("1", "a"));
    EXPECT_TRUE(r.post("2", "b"));
    EXPECT_TRUE(r.post("3", "c"));
    EXPECT_FALSE(r.post("4", "d"));
    EXPECT_EQ(r.take(0s), "ab");
    EXPECT_TRUE(r.queues.is_full());
    EXPECT_EQ(r.queues.next_change(), std::nullopt);
    r.end("b");
    EXPECT_EQ(r.take(0s), "c");
}

TEST(Queues, StartAllThatWaitsInOrderWhenTheDaemonIsGone) {
    Runner r;
    for (auto const* script : {"a", "b", "c"}) r.post("VI_1", script);
    EXPECT_EQ(r.take(0s), "a");
    r.queues.hurry();
    EXPECT_EQ(r.take(0s), "b+c+");
    for (auto const* script : {"a", "b", "c"}) r.end(script);
    EXPECT_TRUE(r.queues.is_idle());
}

}  // namespace
}  // namespace drover::runner
