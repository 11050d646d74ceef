// The runner process itself, with real scripts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "runner/io/account.h"
#include "runner/runner_process.h"

namespace drover::runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

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
