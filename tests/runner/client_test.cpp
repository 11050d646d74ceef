// The daemon's side of the runner: what becomes of requests, whatever becomes of the process.
#include "runner/io/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "loop/io/clock.h"
#include "runner/runner_process.h"

namespace drover::runner {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(Runner, TellsTheClientHowScriptsEnded) {
    boost::asio::io_context context;
    std::vector<Finished> ended;
    Client client(context, std::exchange(child_, {}), start, [&](Finished const& f) {
        ended.push_back(f);
        if (ended.size() == 2) context.stop();
    });
    Request request;
    request.argv = {script("ok.sh", "exit 0")};
    EXPECT_EQ(client.post(request), 1u);
    request.argv = {script("bad.sh", "exit 4")};
    EXPECT_EQ(client.post(request), 2u);
    context.run_for(std::chrono::seconds(20));
    ASSERT_EQ(ended.size(), 2u);
    EXPECT_TRUE(ended[0].succeeded());
    EXPECT_EQ(ended[1].code, 4);
}

TEST_F(Runner, SettlesWithinALimitAtTheEnd) {
    boost::asio::io_context context;
    auto const pid = child_.pid;
    {
        Client client(context, std::exchange(child_, {}), start);
        Request request;
        request.argv = {script("quick.sh", "echo done > " + path("stopped"))};
        client.post(request);
        EXPECT_TRUE(client.settle(kDeadline));
        EXPECT_EQ(content("stopped"), "done\n");
        ASSERT_EQ(::mkfifo(path("go").c_str(), 0600), 0);
        request.argv = {script("slow.sh", "read x < " + path("go"))};
        client.post(request);
        auto const before = loop::now();
        EXPECT_FALSE(client.settle(50ms));
        EXPECT_GE(loop::now() - before, 50ms);
    }
    std::ofstream(path("go")) << "now\n";
    ::waitpid(pid, nullptr, 0);
}

/// The runner dies under a client.
class DyingRunner : public Runner {
protected:
    void SetUp() override {
        Runner::SetUp();
        pid_ = child_.pid;
        client_ = std::make_unique<Client>(
            context_, std::exchange(child_, {}),
            [this]() -> Result<Child> {
                if (starts_++ < failing_starts_) return fail("there is no process left");
                auto child = start();
                if (child) pid_ = child->pid;
                return child;
            },
            [this](Finished const& finished) { ended_.push_back(finished); });
    }
    void TearDown() override {
        client_.reset();
        ::waitpid(pid_, nullptr, 0);
        Runner::TearDown();
    }

    void kill_runner() { ::kill(pid_, SIGKILL); }
    std::uint64_t post(std::vector<std::string> argv, std::string queue = "q") {
        Request request;
        request.argv = std::move(argv);
        request.queue = std::move(queue);
        return client_->post(request).value();
    }
    void wait_for(std::function<bool()> const& condition) {
        auto const deadline = loop::now() + kDeadline;
        while (!condition() && loop::now() < deadline) context_.run_one_for(std::chrono::milliseconds(20));
        ASSERT_TRUE(condition());
    }
    void wait_for_ends(std::size_t count) {
        wait_for([&] { return ended_.size() >= count; });
    }
    std::vector<Ending> endings() const {
        std::vector<Ending> endings;
        for (auto const& finished : ended_) endings.push_back(finished.ending);
        return endings;
    }

    boost::asio::io_context context_;
    pid_t pid_ = -1;
    int starts_ = 0, failing_starts_ = 0;
    std::vector<Finished> ended_;
    std::unique_ptr<Client> client_;
};

TEST_F(DyingRunner, IsReplacedAndTheNextScriptRuns) {
    for (int round = 1; round <= 2; ++round) {
        kill_runner();
        wait_for([&] { return starts_ == round; });
        post({script("next.sh", "echo run >> " + path("result"))});
        wait_for_ends(static_cast<std::size_t>(round));
    }
    EXPECT_EQ(content("result"), "run\nrun\n");
    EXPECT_EQ(starts_, 2) << "once for each death";
}

TEST_F(DyingRunner, LosesNothingThatItHadNotBegun) {
    ::kill(pid_, SIGSTOP);
    ::waitpid(pid_, nullptr, WUNTRACED);  // it reads no more
    for (int i = 1; i <= 8; ++i) post({script("append.sh", "echo $1 >> " + path("order")), std::to_string(i)});
    kill_runner();
    post({path("append.sh"), "9"});  // whether the death has been seen by now or not
    wait_for_ends(9);
    EXPECT_EQ(content("order"), "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
}

TEST_F(DyingRunner, LeavesTheEndOfARunningScriptUnknownAndDoesNotRunItAgain) {
    ASSERT_EQ(::mkfifo(path("go").c_str(), 0600), 0);
    auto const begun = [&] { return content("begun") == "once\n"; };
    auto const slow = script("slow.sh", "echo once >> " + path("begun") + "; read x < " + path("go") + "; echo end >> " +
                                            path("ended"));
    post({slow});
    post({script("after.sh", "echo run > " + path("after"))});
    wait_for(begun);
    post({"/bin/true"}, "another queue");
    wait_for_ends(1);  // and so the client knows of the slow one's beginning, too
    kill_runner();
    wait_for_ends(3);
    EXPECT_THAT(endings(), ElementsAre(Ending::exited, Ending::lost, Ending::exited));
    EXPECT_EQ(ended_[1].script, slow);
    EXPECT_EQ(content("after"), "run\n");
    std::ofstream(path("go")) << "now\n";
    wait_for([&] { return content("ended") == "end\n"; });
    EXPECT_TRUE(begun());
}

TEST_F(DyingRunner, EndsEveryRequestHoweverManyAreOnTheirWay) {
    auto const append = script("append.sh", "echo $1 >> " + path("run"));
    constexpr int requests = 200;
    std::jthread const poster([&] {
        for (int i = 1; i <= requests; ++i) {
            post({append, std::to_string(i)}, std::to_string(i % 7));
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    });
    for (std::size_t deaths = 1; deaths <= 3; ++deaths) {
        wait_for_ends(deaths * requests / 5);  // in the midst of it, wherever it stands
        kill_runner();
        wait_for([&] { return starts_ == static_cast<int>(deaths); });
    }
    wait_for_ends(requests);
    std::istringstream run(content("run"));
    std::set<int> const seen{std::istream_iterator<int>(run), {}};
    for (auto const& finished : ended_)
        EXPECT_TRUE(finished.ending == Ending::lost || seen.contains(static_cast<int>(finished.id))) << finished.id;
    std::set<std::uint64_t> ids;
    for (auto const& finished : ended_) EXPECT_TRUE(ids.insert(finished.id).second) << finished.id << " ended twice";
    EXPECT_EQ(ids.size(), std::size_t{requests});
}

TEST_F(DyingRunner, IsTriedAgainWhenItCannotBeStarted) {
    failing_starts_ = 1;
    kill_runner();
    post({"/bin/true"});
    auto const before = loop::now();
    wait_for_ends(1);
    EXPECT_THAT(endings(), ElementsAre(Ending::exited));
    EXPECT_EQ(starts_, 2);
    EXPECT_GE(loop::now() - before, Client::kBetweenStarts) << "not over and over";
}

TEST_F(DyingRunner, IsReplacedForTheLastWordsOfTheDaemon) {
    kill_runner();
    post({script("stop.sh", "echo said > " + path("stop"))});
    EXPECT_TRUE(client_->settle(kDeadline));
    EXPECT_EQ(content("stop"), "said\n");
}

TEST_F(DyingRunner, IsWaitedForInVainAtTheDaemonsEndWhenNoOtherCanBeStarted) {
    failing_starts_ = 1000;
    kill_runner();
    post({"/bin/true"});
    EXPECT_FALSE(client_->settle(kDeadline));
    EXPECT_THAT(endings(), IsEmpty());
}

}  // namespace
}  // namespace drover::runner
