// The runner process itself, with real scripts in a directory of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

#include "loop/io/clock.h"
#include "runner/io/account.h"
#include "runner/io/client.h"
#include "runner/io/start.h"

namespace drover::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr Duration kDeadline = 20s;  // for what must happen; nothing waits for it to pass

class Runner : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/drover-runner-test-XXXXXX";
        directory_ = ::mkdtemp(name);
        ::chmod(directory_.c_str(), 0755);
        auto child = start();
        ASSERT_TRUE(child);
        child_ = std::move(*child);
    }
    void TearDown() override {
        leave();
        int const ignored = std::system(("rm -rf " + directory_).c_str());
        (void)ignored;
    }
    /// The daemon dies; the runner must follow once its scripts have ended.
    void leave() {
        child_.socket.reset();
        if (child_.pid > 0) EXPECT_EQ(::waitpid(child_.pid, nullptr, 0), child_.pid);
        child_.pid = -1;
    }

    std::string path(std::string const& name) const { return directory_ + "/" + name; }
    std::string script(std::string const& name, std::string const& body, unsigned mode = 0755,
                       std::string const& first_line = "#!/bin/sh\n") {
        std::ofstream(path(name)) << first_line << body << '\n';
        ::chmod(path(name).c_str(), mode);
        return path(name);
    }
    std::string content(std::string const& name) const {
        std::ostringstream all;
        all << std::ifstream(path(name)).rdbuf();
        return all.str();
    }

    std::uint64_t post(std::vector<std::string> argv, std::string queue = "q", Duration timeout = {},
                       std::string user = {}, bool secure = false) {
        Request request;
        request.id = ++last_id_;
        request.queue = std::move(queue);
        request.argv = std::move(argv);
        request.timeout = timeout;
        request.user = std::move(user);
        request.secure = secure;
        auto const bytes = *encode(request);
        EXPECT_EQ(::send(child_.socket.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
        return request.id;
    }
    std::optional<Event> next_event() {
        pollfd readable{child_.socket.get(), POLLIN, 0};
        if (::poll(&readable, 1, static_cast<int>(kDeadline / 1ms)) != 1) return std::nullopt;
        char buffer[kLargestMessage];
        auto const size = ::recv(child_.socket.get(), buffer, sizeof buffer, 0);
        if (size <= 0) return std::nullopt;
        return *decode_event(std::string_view(buffer, static_cast<std::size_t>(size)));
    }
    /// Everything said until `count` requests have ended, as the log would print it; a good end is "ok ID".
    std::vector<std::string> until_ended(int count = 1) {
        std::vector<std::string> said;
        while (count > 0) {
            auto const event = next_event();
            if (!event) return said.emplace_back("DEADLINE"), said;
            if (std::holds_alternative<Started>(*event)) continue;
            auto line = text(*event);
            auto const* finished = std::get_if<Finished>(&*event);
            if (finished != nullptr) --count;
            said.push_back(line.empty() ? "ok " + std::to_string(finished->id) : line);
        }
        return said;
    }

    std::string directory_;
    Child child_;
    std::uint64_t last_id_ = 0;
};

TEST_F(Runner, RunsAScriptWithItsArgumentsAndLogsWhatItSays) {
    post({script("notify.sh", "echo \"$# $4\"; echo to standard error >&2"), "INSTANCE", "VI_1", "MASTER", "a b"});
    EXPECT_THAT(until_ended(), ElementsAre("notify.sh: 4 a b", "notify.sh: to standard error", "ok 1"));
}

TEST_F(Runner, SaysHowAScriptEnded) {
    auto const fails = script("fails.sh", "exit 3");
    auto const dies = script("dies.sh", "kill -KILL $$");
    post({fails}, "1");
    post({dies}, "2");
    EXPECT_THAT(until_ended(2), UnorderedElementsAre("script " + fails + " exited with status 3",
                                                     "script " + dies + " was killed by signal 9 (Killed)"));
}

TEST_F(Runner, KeepsTheOrderWithinAQueue) {
    auto const append = script("append.sh", "[ $1 = 1 ] && sleep 0.1; echo $1 >> " + path("order"));
    for (int i = 1; i <= 8; ++i) post({append, std::to_string(i)}, "VI_1");
    until_ended(8);
    EXPECT_EQ(content("order"), "1\n2\n3\n4\n5\n6\n7\n8\n");
}

TEST_F(Runner, RunsDifferentQueuesSideBySide) {
    // Each waits for the other's pipe: run one after the other they would never end.
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    post({script("reads.sh", "cat " + path("pipe"))}, "1");
    post({script("writes.sh", "echo met > " + path("pipe"))}, "2");
    EXPECT_THAT(until_ended(2), testing::Contains("reads.sh: met"));
}

TEST_F(Runner, SaysOneSentenceAboutAScriptItCannotRun) {
    auto const not_executable = script("plain.sh", "echo no", 0644);
    auto const bad_first_line = script("dos.sh", "echo no", 0755, "#!/bin/sh\r\n");
    struct Case {
        std::string program;
        std::string said;
    };
    for (auto const& c : std::vector<Case>{
             {"/etc/keepalived/scripts/no-such.sh", "it does not exist"},
             {not_executable, "it is not executable (chmod +x)"},
             {directory_, "it is a directory"},
             {"drover-no-such-program", "it is not found on PATH"},
             {bad_first_line, "the interpreter named in its first line does not exist"},
         }) {
        post({c.program});
        EXPECT_THAT(until_ended(), ElementsAre("cannot run " + c.program + ": " + c.said));
    }
}

TEST_F(Runner, RunsAFileWithoutAFirstLineByTheShell) {
    post({script("bare.sh", "echo $1", 0755, ""), "hello"});
    EXPECT_THAT(until_ended(), ElementsAre("bare.sh: hello", "ok 1"));
}

TEST_F(Runner, FindsAProgramOnPath) {
    post({"echo", "found"});
    EXPECT_THAT(until_ended(), ElementsAre("echo: found", "ok 1"));
}

TEST_F(Runner, StopsAScriptThatTakesTooLongWithAllItStarted) {
    auto const slow = script("slow.sh", "sleep 600 & wait");
    post({slow}, "q", 100ms);
    EXPECT_THAT(until_ended(), ElementsAre("script " + slow + " did not end within 1 s and was stopped"));
    leave();  // would wait for the 600 s, did the sleep hold its pipe open
}

TEST_F(Runner, KillsAScriptThatDoesNotHearTheFirstSignal) {
    auto const deaf = script("deaf.sh", "trap '' TERM; echo ready; while :; do sleep 0.05; done");
    post({deaf}, "q", 1s);  // time enough to become deaf
    EXPECT_THAT(until_ended(),
                ElementsAre("deaf.sh: ready", "script " + deaf + " did not end within 1 s and was stopped"));
}

TEST_F(Runner, GivesItNoInputItsOwnGroupAndACleanEnvironment) {
    leave();
    ::setenv("LD_LIBRARY_PATH", "/nowhere", 1);
    ::setenv("IFS", "x", 1);
    ::setenv("DROVER_TEST_VARIABLE", "passed on", 1);
    child_ = std::move(*start());
    ::unsetenv("LD_LIBRARY_PATH");
    ::unsetenv("IFS");
    post({script("look.sh", R"sh(cat; echo "lib=$LD_LIBRARY_PATH var=$DROVER_TEST_VARIABLE"
[ "$(cut -d' ' -f5 /proc/$$/stat)" = $$ ] && echo leads its group
env | grep -c '^IFS='
exec ls -m /proc/self/fd)sh")});
    // Descriptor 3 is the directory that ls itself reads.
    EXPECT_THAT(until_ended(), ElementsAre("look.sh: lib= var=passed on", "look.sh: leads its group", "look.sh: 0",
                                           "look.sh: 0, 1, 2, 3", "ok 1"));
}

TEST_F(Runner, ChangesTheUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    auto const who = script("who.sh", "echo $(id -u):$(id -g):$(id -G)");
    post({who}, "q", {}, "nobody");
    auto const nobody = *account_named("nobody", "");
    EXPECT_THAT(until_ended(), testing::Contains("who.sh: " + std::to_string(nobody.uid) + ":" +
                                                 std::to_string(nobody.gid) + ":" + std::to_string(nobody.gid)));
    post({who}, "q", {}, "drover-no-such-user");
    EXPECT_THAT(until_ended(), ElementsAre("cannot run " + who + ": there is no user drover-no-such-user"));
}

TEST_F(Runner, RefusesOrNamesAnInsecureScript) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    auto const open = script("open.sh", "echo ran", 0777);
    post({open}, "q", {}, "", true);
    EXPECT_THAT(until_ended(),
                ElementsAre("cannot run " + open + ": it would run as root and " + open + " is writable by everyone"));
    post({open});
    EXPECT_THAT(until_ended(), ElementsAre(HasSubstr("runs as root although " + open + " is writable by everyone"),
                                           "open.sh: ran", "ok 2"));
    post({open});
    EXPECT_THAT(until_ended(), ElementsAre("open.sh: ran", "ok 3")) << "said once";
    ::chmod(directory_.c_str(), 0777);
    post({script("fine.sh", "echo ran")}, "q", {}, "", true);
    EXPECT_THAT(until_ended(), ElementsAre(HasSubstr(directory_ + " is writable by everyone")));
    ::chmod(directory_.c_str(), 0755);
    post({script("own.sh", "echo ran", 0777)}, "q", {}, "nobody", true);
    EXPECT_THAT(until_ended(), ElementsAre("own.sh: ran", "ok 5"))
        << "what does not run as root cannot be abused for root";
}

TEST_F(Runner, LogsABoundedAmount) {
    auto const talks = script("talks.sh", "i=0; while [ $i -lt 1000 ]; do echo $i; i=$((i+1)); done");
    post({talks});
    auto const said = until_ended();
    ASSERT_EQ(said.size(), 202u);
    EXPECT_EQ(said[199], "talks.sh: 199");
    EXPECT_EQ(said[200], "script " + talks + ": wrote 800 more lines, which are not logged");
}

TEST_F(Runner, DoesNotWaitForWhatAScriptLeavesInTheBackgroundButListens) {
    ASSERT_EQ(::mkfifo(path("go").c_str(), 0600), 0);
    post({script("leaves.sh", "(read x < " + path("go") + "; echo late) & echo done")});
    EXPECT_THAT(until_ended(), ElementsAre("leaves.sh: done", "ok 1"));
    std::ofstream(path("go")) << "now\n";
    EXPECT_EQ(text(*next_event()), "leaves.sh: late");
}

TEST_F(Runner, LetsScriptsFinishWhenTheDaemonDies) {
    ASSERT_EQ(::mkfifo(path("go").c_str(), 0600), 0);
    auto const waits =
        script("waits.sh", "read x < " + path("go") + "; echo still talking; echo finished > " + path("result"));
    post({waits}, "VI_1");
    post({script("next.sh", "echo run > " + path("second"))}, "VI_1");
    child_.socket.reset();
    std::ofstream(path("go")) << "now\n";
    leave();
    EXPECT_EQ(content("result"), "finished\n");
    EXPECT_EQ(content("second"), "run\n") << "what was posted is run";
}

TEST_F(Runner, IgnoresTheSignalsMeantForTheDaemon) {
    for (int const signal : {SIGINT, SIGTERM, SIGHUP}) ::kill(child_.pid, signal);
    post({"echo", "alive"});
    EXPECT_THAT(until_ended(), ElementsAre("echo: alive", "ok 1"));
}

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

TEST_F(Runner, IsNotForAPersonToStart) {
    std::array const argv{"drover-scripts", static_cast<char const*>(nullptr)};
    int status = 0;
    pid_t const pid = ::fork();
    if (pid == 0) {
        ::close_range(3, ~0U, 0);
        ::_exit(run_if_called_so(argv.data()).value_or(77));
    }
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(WEXITSTATUS(status), 2);
    std::array const other{"drover", static_cast<char const*>(nullptr)};
    EXPECT_EQ(run_if_called_so(other.data()), std::nullopt);
}

}  // namespace
}  // namespace drover::runner
