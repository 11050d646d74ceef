#include "cli/arguments.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace drover::cli {
namespace {

std::vector<std::string> split(std::string const& line) {
    std::istringstream in(line);
    return {std::istream_iterator<std::string>(in), {}};
}

template <class T>
T request(std::string const& line) {
    auto const read = read_arguments(split(line));
    if (auto const* text = std::get_if<Text>(&read)) ADD_FAILURE() << line << ": " << text->text;
    auto const* wanted = std::get_if<T>(&read);
    EXPECT_NE(wanted, nullptr) << line;
    return wanted == nullptr ? T{} : *wanted;
}

Text refused(std::string const& line) {
    auto const read = read_arguments(split(line));
    auto const* text = std::get_if<Text>(&read);
    EXPECT_NE(text, nullptr) << line;
    return text == nullptr ? Text{} : *text;
}

class Arguments : public ::testing::Test {
protected:
    void SetUp() override {
        for (auto const* name : {"DROVER_SOCKET", "DROVER_PIN_DIR", "JOURNAL_STREAM"}) ::unsetenv(name);
    }
    void TearDown() override { SetUp(); }
};

TEST_F(Arguments, OfRunHaveTheDefaultsOfADaemonInTheForeground) {
    auto const options = request<RunRequest>("run").options;
    EXPECT_TRUE(options.foreground);
    EXPECT_EQ(options.configuration, "") << "the daemon looks for the usual file, and may do without";
    EXPECT_EQ(options.sink, log::Sink::console);
    EXPECT_EQ(options.lowest, log::Level::info);
    EXPECT_FALSE(options.vrrp_only);
    EXPECT_FALSE(options.checks_only);
    EXPECT_EQ(options.socket, "/run/drover/drover.sock");
    EXPECT_EQ(options.pin_directory, "/sys/fs/bpf/drover");
    EXPECT_EQ(options.pid_file, "/run/drover/drover.pid");
}

TEST_F(Arguments, OfRunTakeEveryOption) {
    auto const options = request<RunRequest>(
                             "run -f a.conf --background -D --log=syslog -P -p /tmp/p -i blue --slots 65536 "
                             "--socket /tmp/s --pin-dir /sys/fs/bpf/x")
                             .options;
    EXPECT_EQ(options.configuration, "a.conf");
    EXPECT_FALSE(options.foreground);
    EXPECT_EQ(options.sink, log::Sink::syslog);
    EXPECT_EQ(options.lowest, log::Level::debug);
    EXPECT_TRUE(options.vrrp_only);
    EXPECT_EQ(options.pid_file, "/tmp/p");
    EXPECT_EQ(options.config_id, "blue");
    EXPECT_EQ(options.slots, 65536u);
    EXPECT_EQ(options.socket, "/tmp/s");
    EXPECT_EQ(options.pin_directory, "/sys/fs/bpf/x");
}

TEST_F(Arguments, WithoutACommandAreKeepaliveds) {
    struct Case {
        char const* line;
        bool foreground, vrrp_only, checks_only;
        log::Sink sink;
        log::Level lowest;
    };
    using enum log::Sink;
    using enum log::Level;
    for (auto const& [line, foreground, vrrp_only, checks_only, sink, lowest] : std::initializer_list<Case>{
             {"-f k.conf", false, false, false, syslog, info},
             {"-n -f k.conf", true, false, false, syslog, info},
             {"-n -l -f k.conf", true, false, false, console, info},
             {"-nlD -f k.conf", true, false, false, console, debug},
             {"--dont-fork --log-console --log-detail --use-file=k.conf", true, false, false, console, debug},
             {"-nGf k.conf", true, false, false, none, info},
             {"-n -f k.conf -P", true, true, false, syslog, info},
             {"-n -f k.conf -C", true, false, true, syslog, info},
             {"-n -f k.conf -P -C", true, false, false, syslog, info},
             {"--socket /tmp/x -n -f k.conf", true, false, false, syslog, info},
         }) {
        auto const options = request<RunRequest>(line).options;
        EXPECT_EQ(options.configuration, "k.conf") << line;
        EXPECT_EQ(options.foreground, foreground) << line;
        EXPECT_EQ(options.vrrp_only, vrrp_only) << line;
        EXPECT_EQ(options.checks_only, checks_only) << line;
        EXPECT_EQ(options.sink, sink) << line;
        EXPECT_EQ(options.lowest, lowest) << line;
    }
}

TEST_F(Arguments, OfRunLogWhereAPersonLooks) {
    for (auto const* line : {"run", "run -n", "run -l", "run -l --background"})
        EXPECT_EQ(request<RunRequest>(line).options.sink, log::Sink::console) << line;
    EXPECT_EQ(request<RunRequest>("run --background").options.sink, log::Sink::syslog);
}

TEST_F(Arguments, UnderSystemdLogToTheJournal) {
    ::setenv("JOURNAL_STREAM", "8:1234", 1);
    EXPECT_EQ(request<RunRequest>("run").options.sink, log::Sink::journal);
    EXPECT_EQ(request<RunRequest>("-n").options.sink, log::Sink::journal);
    EXPECT_EQ(request<RunRequest>("run -l").options.sink, log::Sink::console);
}

TEST_F(Arguments, NameTheKeepalivedOptionsThatHaveNoEffect) {
    auto const remarks = request<RunRequest>("-n -V -x -b /tmp/b -m").remarks;
    EXPECT_EQ(remarks, (std::vector<std::string>{
                           "--dont-release-vrrp has no effect: VIPs are always given up on a clean stop",
                           "--bfd_pid has no effect: there is no BFD in drover yet",
                           "--snmp has no effect: there is no SNMP in drover yet",
                           "--core-dump has no effect: core dumps are the business of systemd or ulimit"}));
    EXPECT_TRUE(request<RunRequest>("-n -l").remarks.empty());
}

TEST_F(Arguments, OfAConfigurationTestAreThoseOfCheck) {
    for (auto const* line : {"-t -f k.conf", "-f k.conf -t", "--config-test --use-file=k.conf", "-tf k.conf",
                             "run -t -f k.conf", "-t k.conf", "check k.conf"})
        EXPECT_EQ(request<CheckRequest>(line).files, std::vector<std::string>{"k.conf"}) << line;
    auto const request_of_two = request<CheckRequest>("check --strict --json a.conf b.conf -i blue");
    EXPECT_EQ(request_of_two.files, (std::vector<std::string>{"a.conf", "b.conf"}));
    EXPECT_TRUE(request_of_two.strict && request_of_two.json);
    EXPECT_EQ(request_of_two.config_id, "blue");
    EXPECT_EQ(request<CheckRequest>("check").files, std::vector<std::string>{app::usual_configuration()});
}

TEST_F(Arguments, OfKeepalivedNameFacilityNamespaceAndFurtherPidFiles) {
    auto const options = request<RunRequest>("-n -d -S local3 -s blue -r /tmp/v --checkers_pid=/tmp/c").options;
    EXPECT_EQ(options.syslog_facility, log::facility_local0 + 3 * log::facility_step);
    EXPECT_EQ(request<RunRequest>("-n -S 3").options.syslog_facility, options.syslog_facility);
    EXPECT_EQ(request<RunRequest>("-n -S user").options.syslog_facility, log::facility_user);
    EXPECT_EQ(options.network_namespace, "blue");
    EXPECT_EQ(options.more_pid_files, (std::vector<std::string>{"/tmp/v", "/tmp/c"}));
    EXPECT_TRUE(options.dump_configuration);
}

TEST_F(Arguments, OfAConfigurationTestMayNameAFileForWhatIsSaid) {
    for (auto const* line : {"--config-test=/tmp/log -f k.conf", "-t/tmp/log -f k.conf", "-f k.conf -t/tmp/log"}) {
        EXPECT_EQ(request<CheckRequest>(line).log_file, "/tmp/log") << line;
        EXPECT_EQ(request<CheckRequest>(line).files, std::vector<std::string>{"k.conf"}) << line;
    }
}

TEST_F(Arguments, AskForTheNumberOfASignal) {
    auto const answer = refused("--signum=STATS_CLEAR");
    EXPECT_EQ(answer.text, "63\n");
    EXPECT_EQ(answer.exit_code, 0);
    auto const unknown = refused("--signum=HUP");
    EXPECT_EQ(unknown.text, "Unknown sigfunc HUP\n");
    EXPECT_EQ(unknown.exit_code, 1);
}

TEST_F(Arguments, NameTheSocketBeforeOrAfterTheCommandOrInTheEnvironment) {
    EXPECT_EQ(request<StatusRequest>("status").socket, "/run/drover/drover.sock");
    for (auto const* line : {"--socket /tmp/x status", "--socket=/tmp/x status", "status --socket /tmp/x",
                             "--socket /tmp/y status --socket=/tmp/x"})
        EXPECT_EQ(request<StatusRequest>(line).socket, "/tmp/x") << line;
    EXPECT_EQ(request<ConnsRequest>("--socket /tmp/x conns --json").socket, "/tmp/x");
    EXPECT_EQ(request<ReloadRequest>("--socket /tmp/x reload").socket, "/tmp/x");
    EXPECT_EQ(request<HandoverRequest>("handover --all --socket /tmp/x").socket, "/tmp/x");
    EXPECT_EQ(request<UpgradeRequest>("upgrade --socket /tmp/x").socket, "/tmp/x");
    EXPECT_EQ(request<RunRequest>("--socket /tmp/x --pin-dir /p run").options.pin_directory, "/p");
    ::setenv("DROVER_SOCKET", "/tmp/e", 1);
    ::setenv("DROVER_PIN_DIR", "/tmp/q", 1);
    EXPECT_EQ(request<StatusRequest>("status").socket, "/tmp/e");
    EXPECT_EQ(request<StatusRequest>("status --socket /tmp/x").socket, "/tmp/x");
    EXPECT_EQ(request<RunRequest>("run").options.pin_directory, "/tmp/q");
    EXPECT_EQ(request<IpvsadmRequest>("ipvsadm -Ln").socket, "/tmp/e");
}

TEST_F(Arguments, OfIpvsadmAreLeftAsTheyAre) {
    auto const listing = request<IpvsadmRequest>("--socket /tmp/x ipvsadm -Lnc -h --socket -t 10.0.0.1:80");
    EXPECT_EQ(listing.socket, "/tmp/x");
    EXPECT_EQ(listing.words, (std::vector<std::string>{"-Lnc", "-h", "--socket", "-t", "10.0.0.1:80"}));
    EXPECT_TRUE(request<IpvsadmRequest>("ipvsadm").words.empty());
}

TEST_F(Arguments, OfRealNameVipsAndInterfaces) {
    auto const start = request<RealRequest>("real start --vip 172.51.97.175 --vip 172.51.97.176 --dev eth0 --dev=eth1");
    EXPECT_EQ(start.verb, "start");
    ASSERT_EQ(start.vips.size(), 2u);
    EXPECT_EQ(start.vips[1].text(), "172.51.97.176");
    EXPECT_EQ(start.devices, (std::vector<std::string>{"eth0", "eth1"}));
    EXPECT_EQ(request<RealRequest>("real --vip 10.0.0.1 status").verb, "status");
    EXPECT_EQ(request<RealRequest>("real status --state-file /tmp/s --configuration /tmp/c").state_file, "/tmp/s");
    EXPECT_EQ(request<RealRequest>("real status --state-file /tmp/s --configuration /tmp/c").configuration_file,
              "/tmp/c");
}

TEST_F(Arguments, ThatAreWrongGetOneSentenceAndCodeTwo) {
    struct Case {
        char const* line;
        char const* says;
    };
    for (auto const& [line, says] : std::initializer_list<Case>{
             {"", "drover: no command is given (see `drover --help`)"},
             {"--socket /tmp/x", "drover: no command is given"},
             {"stats", "drover: `stats` is no command"},
             {"--bogus", "drover: `--bogus` is no option of it (see `drover --help`)"},
             {"-n -l -Z", "drover: `-Z` is no option of it"},
             {"-n extra", "drover: `extra` is one word too many"},
             {"run extra", "drover run: `extra` is one word too many (see `drover run --help`)"},
             {"run --bogus", "drover run: `--bogus` is no option of it"},
             {"run -f", "drover run: --use-file: 1 required FILE missing"},
             {"run -p", "drover run: --pid: 1 required FILE missing"},
             {"run --log paper", "drover run: --log: paper not in {"},
             {"run --log-level loud", "drover run: --log-level: loud not in {"},
             {"run --slots many", "drover run: --slots"},
             {"run --slots 7", "drover run: --slots"},
             {"-S local9", "drover: `local9` is no facility of syslog"},
             {"-T -S", "drover: "},
             {"-T", "drover: --genhash is a program of keepalived's that drover has not got"},
             {"run -n --background", "drover run: --dont-fork and --background contradict each other"},
             {"status --bogus", "drover status: `--bogus` is no option of it (see `drover status --help`)"},
             {"status extra", "drover status: `extra` is one word too many"},
             {"status --pin-dir /x", "drover status: `--pin-dir` is no option of it"},
             {"status --socket", "drover status: --socket: 1 required PATH missing"},
             {"conns extra", "drover conns: `extra` is one word too many"},
             {"reload --now", "drover reload: `--now` is no option of it"},
             {"check --bogus", "drover check: `--bogus` is no option of it"},
             {"real", "drover real: VERB is required"},
             {"real begin", "drover real: VERB: begin not in {"},
             {"real start now", "drover real: `now` is one word too many"},
             {"real start --vip 172.51.97", "drover real: --vip 172.51.97 is no IP address"},
             {"real start --vip", "drover real: --vip: 1 required ADDRESS missing"},
             {"--pin-dir /x ipvsadm -Ln", "drover: `--pin-dir` is no option of it"},
         }) {
        auto const text = refused(line);
        EXPECT_EQ(text.exit_code, 2) << line;
        EXPECT_TRUE(text.text.starts_with(says)) << line << " -> " << text.text;
        EXPECT_EQ(text.text.find('\n'), text.text.size() - 1) << "one line: " << text.text;
    }
}

TEST_F(Arguments, ThatAskForHelpGetItWithTheExitCodes) {
    for (auto const* line : {"--help", "-h", "help", "run --help", "check -h", "status --help", "conns --help",
                             "reload --help", "real --help", "-n --help"}) {
        auto const text = refused(line);
        EXPECT_EQ(text.exit_code, 0) << line;
        EXPECT_NE(text.text.find("Exit codes:"), std::string::npos) << line;
    }
    EXPECT_NE(refused("run --help").text.find("--dont-fork"), std::string::npos);
}

TEST_F(Arguments, ThatAskForTheVersionGetTheOneOfTheProject) {
    std::string project;
    std::ifstream file(DROVER_SOURCE_DIR "/CMakeLists.txt");
    while (!project.starts_with("project(drover VERSION ")) ASSERT_TRUE(std::getline(file, project));
    for (auto const* line : {"--version", "-v", "version"}) {
        auto const text = refused(line).text;
        ASSERT_TRUE(text.starts_with("drover ") && text.ends_with("\n")) << text;
        EXPECT_TRUE(project.starts_with("project(drover VERSION " + text.substr(7, text.size() - 8) + " ")) << line;
    }
}

TEST_F(Arguments, AHandoverNamesInstancesOrAll) {
    auto const two = request<HandoverRequest>("handover http mail --check");
    EXPECT_EQ(two.instances, (std::vector<std::string>{"http", "mail"}));
    EXPECT_TRUE(two.only_ask);
    EXPECT_TRUE(request<HandoverRequest>("handover --all").instances.empty());
    for (auto const* const line : {"handover", "handover --all http"})
        EXPECT_EQ(refused(line).text, "drover handover: name instances, or say --all (see `drover handover --help`)\n");
}

TEST_F(Arguments, ATrialIsOfADaemonsCommandLine) {
    EXPECT_EQ(request<UpgradeRequest>("upgrade /usr/local/bin/drover").binary, "/usr/local/bin/drover");
    EXPECT_EQ(request<TrialRequest>("upgrade --trial run -n -f /tmp/x.conf").options.configuration, "/tmp/x.conf");
    EXPECT_EQ(request<TrialRequest>("upgrade --trial -D -f /tmp/x.conf").options.configuration, "/tmp/x.conf");
    EXPECT_TRUE(refused("upgrade --trial run --unheard-of").is_error());
    EXPECT_TRUE(refused("upgrade --trial status").is_error());
    EXPECT_TRUE(refused("upgrade --trial").is_error());
}

}  // namespace
}  // namespace drover::cli
