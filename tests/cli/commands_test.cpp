#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "cli/main.h"
#include "control/io/running_server.h"
#include "control/ipvsadm_listing.h"
#include "control/ipvsadm_rules.h"
#include "control/json.h"

namespace drover::cli {
namespace {

struct Outcome {
    int code = -1;
    std::string out, err;
};

class Commands : public control::RunningServer {
protected:
    void SetUp() override {
        ::setenv("DROVER_SOCKET", socket_path().c_str(), 1);
        ::setenv("TZ", "UTC", 1);
        ::unsetenv("VIP");
    }
    void TearDown() override {
        ::unsetenv("DROVER_SOCKET");
        RunningServer::TearDown();
    }

    Outcome call(std::vector<std::string> const& words) {
        std::vector<char const*> argv;
        for (auto const& word : words) argv.push_back(word.c_str());
        ::testing::internal::CaptureStdout();
        ::testing::internal::CaptureStderr();
        Outcome outcome;
        Daemon const daemon{[this](app::RunOptions const& options) {
                                run_options = options;
                                return 7;
                            },
                            [this](app::CleanupOptions const& options) {
                                cleanup_options = options;
                                return 8;
                            },
                            [this](app::RunOptions const& options) {
                                run_options = options;
                                return 9;
                            }};
        outcome.code = main(static_cast<int>(argv.size()), argv.data(), daemon);
        outcome.out = ::testing::internal::GetCapturedStdout();
        outcome.err = ::testing::internal::GetCapturedStderr();
        return outcome;
    }

    std::string file(std::string const& name, std::string const& text) {
        auto const path = (folder.path / name).string();
        std::ofstream(path) << text;
        return path;
    }

    app::RunOptions run_options;
    app::CleanupOptions cleanup_options;
};

TEST_F(Commands, AHandoverSaysWhatWasDoneOrWhyNot) {
    start();
    daemon.last_handover.instances = {"VI_1"}, daemon.last_handover.peer = "10.9.0.2", daemon.last_handover.took_us = 4200;
    auto done = call({"drover", "handover", "VI_1"});
    EXPECT_EQ(std::pair(done.code, done.out), std::pair(0, std::string("VI_1 handed over to 10.9.0.2 in 4.2 ms\n"))) << done.err;
    EXPECT_EQ(daemon.asked_handover.instances, std::vector<std::string>{"VI_1"});
    done = call({"drover", "handover", "--all", "--check"});
    EXPECT_EQ(done.out, "10.9.0.2 would take over VI_1\n");
    EXPECT_TRUE(daemon.asked_handover.instances.empty() && daemon.asked_handover.only_ask);
    daemon.last_handover = {.refusal = "there is no sync_peer"};
    done = call({"drover", "handover", "--all"});
    EXPECT_EQ(std::pair(done.code, done.err), std::pair(1, std::string("drover handover: there is no sync_peer\n"))) << done.out;
}

TEST_F(Commands, AnUpgradeThatIsRefusedSaysWhy) {
    start();
    daemon.last_upgrade = {.trouble = "/bin/true is no drover"};
    auto const refused = call({"drover", "upgrade", "/bin/true"});
    EXPECT_EQ(std::pair(refused.code, refused.err), std::pair(1, std::string("drover upgrade: /bin/true is no drover\n"))) << refused.out;
    EXPECT_EQ(std::filesystem::path(daemon.asked_upgrade.binary).filename(), "true");
    auto const missing = call({"drover", "upgrade", "/nowhere/drover"});
    EXPECT_EQ(std::pair(missing.code, missing.err),
              std::pair(1, std::string("drover upgrade: /nowhere/drover: No such file or directory\n")));
}

TEST_F(Commands, ATrialIsGivenToTheDaemonsSide) {
    EXPECT_EQ(call({"drover", "upgrade", "--trial", "run", "-n", "-f", "/tmp/x.conf"}).code, 9);
    EXPECT_EQ(run_options.configuration, "/tmp/x.conf");
}

TEST_F(Commands, StatusShowsWhatTheDaemonAnswers) {
    start();
    auto const shown = call({"drover", "status"});
    EXPECT_EQ(shown.code, 0);
    EXPECT_EQ(shown.err, "");
    EXPECT_TRUE(shown.out.starts_with("drover 0.1.0 on master-dr, up 2 h 3 min, process 4321\n")) << shown.out;
    EXPECT_NE(shown.out.find("VI_1            MASTER since 2026-11-23 11:56:54"), std::string::npos) << shown.out;
    EXPECT_EQ(shown.out.find('\x1b'), std::string::npos) << "no colours into a pipe";
    EXPECT_EQ(call({"drover", "status", "--json"}).out, control::to_json(control::sample_status()) + "\n");
}

TEST_F(Commands, ConnsListsTheConnections) {
    start();
    daemon.rows = 1000;
    auto const shown = call({"drover", "conns"});
    EXPECT_EQ(shown.code, 0);
    EXPECT_EQ(std::ranges::count(shown.out, '\n'), 1001);
    EXPECT_NE(shown.out.find("198.51.100.7:1031"), std::string::npos);
    auto const json = call({"drover", "conns", "--json"}).out;
    EXPECT_EQ(std::ranges::count(json, '\n'), 1000);
    EXPECT_TRUE(json.starts_with(control::to_json(control::sample_row(0)) + "\n"));
    daemon.rows = 0;
    EXPECT_EQ(std::ranges::count(call({"drover", "conns"}).out, '\n'), 1) << "the heading alone";
}

TEST_F(Commands, IpvsadmListsByItsOwnNameAndAsASubcommand) {
    start();
    daemon.rows = 3;
    control::NumbersOnly const numbers;
    auto const services = *control::ipvsadm::format(control::sample_dataplane(), {.numeric = true}, numbers);
    for (auto const& words :
         std::vector<std::vector<std::string>>{{"/usr/sbin/ipvsadm", "-Ln"}, {"drover", "ipvsadm", "-L", "-n"}}) {
        auto const shown = call(words);
        EXPECT_EQ(shown.code, 0);
        EXPECT_EQ(shown.out, services);
    }
    using control::ipvsadm::View;
    auto const expect = [&](std::vector<std::string> const& words, control::ipvsadm::Listing const& listing) {
        EXPECT_EQ(call(words).out, *control::ipvsadm::format(control::sample_dataplane(), listing, numbers)) << words.back();
    };
    expect({"ipvsadm", "-Ln", "--stats"}, {.view = View::stats});
    expect({"ipvsadm", "-Ln", "--rate", "--exact", "--nosort"}, {.view = View::rate, .exact = true, .sorted = false});
    expect({"ipvsadm", "-Ln", "--thresholds", "--exact"}, {.view = View::thresholds});
    expect({"ipvsadm", "-Ln", "--persistent-conn", "--nosort"}, {.view = View::persistent, .sorted = false});
    expect({"ipvsadm", "-Ln", "--tun-info"}, {.view = View::tunnels});
    EXPECT_EQ(call({"ipvsadm", "-Sn"}).out, control::ipvsadm::rules(control::sample_dataplane(), numbers));
    EXPECT_EQ(call({"ipvsadm", "-Lnc"}).out,
              "IPVS connection entries\n"
              "pro expire state       source             virtual            destination\n"
              "TCP 14:59  ESTABLISHED 198.51.100.0:1024  172.51.97.175:80   172.51.96.235:80\n"
              "TCP 14:59  ESTABLISHED 198.51.100.1:1025  172.51.97.175:80   172.51.96.235:80\n"
              "TCP 14:59  ESTABLISHED 198.51.100.2:1026  172.51.97.175:80   172.51.96.235:80\n");
    EXPECT_EQ(call({"ipvsadm", "-L", "--timeout"}).out, "Timeout (tcp tcpfin udp): 900 120 300\n");
    EXPECT_EQ(call({"ipvsadm", "-Ln", "--json"}).out, control::to_json(control::sample_dataplane()) + "\n");
    EXPECT_EQ(std::ranges::count(call({"ipvsadm", "-Lnc", "--json"}).out, '\n'), 3);
    daemon.rows = 0;
    EXPECT_EQ(std::ranges::count(call({"ipvsadm", "-Lnc"}).out, '\n'), 2) << "the two title lines";
}

TEST_F(Commands, IpvsadmFailsAsIpvsadmDoes) {
    start();
    struct Case {
        std::vector<std::string> words;
        int code;
        char const* err;
    };
    for (auto const& [words, code, err] : std::initializer_list<Case>{
             {{"ipvsadm", "-Ln", "-t", "10.0.0.100:81"}, 1, "No such service\n"},
             {{"ipvsadm", "-L", "-f", "6"}, 1, "No such service\n"},
             {{"ipvsadm", "-L", "extra"}, 2, "unexpected argument extra\n"},
             {{"ipvsadm", "-n"}, 255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n"},
             {{"ipvsadm", "-A", "-t", "10.0.0.1:0"}, 2, "Zero port specified for non-persistent service\n"},
         }) {
        auto const outcome = call(words);
        EXPECT_EQ(outcome.code, code);
        EXPECT_EQ(outcome.err, err);
        EXPECT_EQ(outcome.out, "");
    }
    EXPECT_EQ(call({"ipvsadm", "-v"}).out, "ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n");
    auto const help = call({"ipvsadm", "-h"});
    EXPECT_EQ(help.code, 0);
    EXPECT_TRUE(help.out.starts_with("ipvsadm v1.31")) << help.out;
}

TEST_F(Commands, IpvsadmHandsItsEditsToTheDaemon) {
    start();
    EXPECT_EQ(call({"ipvsadm", "-A", "-t", "10.0.0.1:80"}).code, 0);
    EXPECT_EQ(call({"ipvsadm", "-Z"}).code, 0);
    EXPECT_EQ(daemon.edits, 2u);
    {
        std::scoped_lock const lock(daemon.mutex);
        daemon.refusal = "Service already exists";
    }
    auto const refused = call({"drover", "ipvsadm", "-A", "-t", "10.0.0.1:80"});
    EXPECT_EQ(refused.code, 255);
    EXPECT_EQ(refused.err, "Service already exists\n");
    EXPECT_EQ(refused.out, "");
}

TEST_F(Commands, WithoutADaemonNameTheSocketAndReturnTwo) {
    for (auto const& words : std::vector<std::vector<std::string>>{{"drover", "status"},
                                                                   {"drover", "conns"},
                                                                   {"drover", "reload"},
                                                                   {"drover", "status", "--json"},
                                                                   {"ipvsadm"},
                                                                   {"ipvsadm", "-Lnc"},
                                                                   {"ipvsadm", "-C"},
                                                                   {"drover", "ipvsadm", "-Ln"}}) {
        auto const outcome = call(words);
        EXPECT_EQ(outcome.code, 2) << words.back();
        EXPECT_EQ(outcome.out, "");
        EXPECT_NE(outcome.err.find(socket_path()), std::string::npos) << outcome.err;
        EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    }
}

TEST_F(Commands, ReloadTellsWhatChangedOrWhyNot) {
    start();
    auto const done = call({"drover", "reload"});
    EXPECT_EQ(done.code, 0);
    EXPECT_EQ(done.out, "service [172.51.97.175]:tcp:80: weight 1 -> 2\n");
    daemon.refuse_reload = true;
    auto const refused = call({"drover", "reload"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_EQ(refused.err, "drover reload: keepalived.conf:3:5: `prority` is no number\n");
}

TEST_F(Commands, RunHandsTheOptionsToTheDaemon) {
    auto const outcome = call({"drover", "-n", "-l", "-x", "-f", "k.conf"});
    EXPECT_EQ(outcome.code, 7);
    EXPECT_EQ(outcome.err, "drover: --snmp has no effect: there is no SNMP in drover yet\n");
    EXPECT_EQ(run_options.configuration, "k.conf");
    EXPECT_EQ(run_options.socket, socket_path());
}

TEST_F(Commands, HandCleanupItsOptionsAndLetPassThoseOfTheDaemon) {
    auto const done = call({"drover", "cleanup", "--stale", "-f", "k.conf", "-D", "--pin-dir", "/sys/fs/bpf/x"});
    EXPECT_EQ(done.code, 8);
    EXPECT_TRUE(cleanup_options.stale);
    EXPECT_EQ(cleanup_options.configuration, "k.conf");
    EXPECT_EQ(cleanup_options.pin_directory, "/sys/fs/bpf/x");
}

constexpr char const* clean_file = R"(vrrp_instance VI_1 {
    state BACKUP
    interface lo
    virtual_router_id 51
    priority 100
    advert_int 1
    virtual_ipaddress {
        10.9.9.9/32
    }
}
)";

TEST_F(Commands, CheckReturnsTheWorstOfItsFiles) {
    auto const clean = file("clean.conf", clean_file);
    auto slip = std::string(clean_file);
    slip.replace(slip.find("priority"), 8, "prioriti");
    auto const slipped = file("slipped.conf", slip);
    auto const missing = (folder.path / "missing.conf").string();

    auto const good = call({"drover", "check", clean});
    EXPECT_EQ(good.code, 0) << good.out;
    EXPECT_EQ(good.out, clean + ": 1 instance, 0 services, nothing to complain about\n");

    auto const bad = call({"drover", "check", clean, slipped});
    EXPECT_EQ(bad.code, 5) << bad.out;
    EXPECT_NE(bad.out.find(slipped + ":5:5: warning:"), std::string::npos) << bad.out;
    EXPECT_NE(bad.out.find("priority"), std::string::npos) << "the word that was meant: " << bad.out;

    EXPECT_EQ(call({"drover", "check", missing, slipped, clean}).code, 4);
    EXPECT_EQ(call({"drover", "-t", "-f", slipped}).code, 5);
    auto const json = call({"drover", "check", "--json", slipped});
    EXPECT_EQ(json.code, 5);
    EXPECT_TRUE(json.out.starts_with(R"({"exit_code":5,"diagnostics":[{)")) << json.out;
}

TEST_F(Commands, StrictCheckCountsNotes) {
    // SNMP is accepted and not carried out yet: a note.
    auto const noted = file("noted.conf", std::string("global_defs {\n    enable_snmp_vrrp\n}\n") + clean_file);
    auto const plain = call({"drover", "check", noted});
    EXPECT_EQ(plain.code, 0) << plain.out;
    EXPECT_NE(plain.out.find("note:"), std::string::npos) << plain.out;
    EXPECT_EQ(call({"drover", "check", "--strict", noted}).code, 5);
}

TEST_F(Commands, LvsDrWithoutAVerbSaysHowItIsUsed) {
    auto const outcome = call({"/etc/init.d/lvs-dr"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_NE((outcome.out + outcome.err).find("lvs-dr {start|stop|restart|status}"), std::string::npos);
}

TEST_F(Commands, RealStatusTellsWhatIsMissing) {
    auto const outcome = call(
        {"drover", "real", "status", "--vip", "198.51.100.201", "--state-file", (folder.path / "real.json").string()});
    EXPECT_EQ(outcome.code, 3) << outcome.err;
    EXPECT_NE(outcome.out.find("198.51.100.201"), std::string::npos) << outcome.out;
}

TEST_F(Commands, AFullDiskIsNotSilent) {
    start();
    std::fflush(stdout);
    int const saved = ::dup(STDOUT_FILENO);
    loop::Fd const full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(full);
    ::dup2(full.get(), STDOUT_FILENO);
    ::testing::internal::CaptureStderr();
    char const* const argv[] = {"drover", "status"};
    auto const code = main(2, argv, {});
    ::dup2(saved, STDOUT_FILENO);
    ::close(saved);
    std::clearerr(stdout);
    EXPECT_EQ(code, 1);
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "drover: writing the output: No space left on device\n");
}

}  // namespace
}  // namespace drover::cli
