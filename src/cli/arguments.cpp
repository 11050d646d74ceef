// The one file that knows CLI11.
#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>

#include "cli/exit_code.h"
#include "cli/help.h"
#include "base/version.h"
#include "cli/keepalived_options.h"

namespace drover::cli {

namespace {

std::string from_environment(char const* name, char const* otherwise) {
    auto const* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : otherwise;
}

Text wrong(std::string const& command, std::string const& what) {
    return {fmt::format("drover{}: {} (see `drover{} --help`)\n", command, what, command), usage_error};
}

/// What stands before the subcommand.
struct Globals {
    std::string socket = default_socket();
    std::string pin_directory = from_environment("DROVER_PIN_DIR", "/sys/fs/bpf/drover");

    void offer(CLI::App& app, bool of_the_daemon) {
        app.add_option("--socket", socket, "the daemon's UNIX socket (DROVER_SOCKET)")
            ->type_name("PATH")
            ->capture_default_str();
        if (!of_the_daemon) return;
        app.add_option("--pin-dir", pin_directory, "where maps and programs are pinned (DROVER_PIN_DIR)")
            ->type_name("DIR")
            ->capture_default_str();
    }
};

std::unique_ptr<CLI::App> parser(std::string const& name, std::string const& description) {
    auto app = std::make_unique<CLI::App>(description, "drover" + name);
    app->set_help_flag("-h,--help", "this text");
    app->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    app->allow_extras();  // named in our own words, see parse()
    return app;
}

/// The text to print instead of going on, if there is one: help, or what is wrong.
std::optional<Text> parse(CLI::App& app, std::string const& name, std::vector<std::string> const& words,
                          bool pass_extras = false) {
    try {
        std::vector<std::string> reversed(words.rbegin(), words.rend());
        app.parse(reversed);
        auto const extra = app.remaining();
        if (extra.empty() || pass_extras) return std::nullopt;
        auto const* kind = extra.front().starts_with('-') ? "no option of it" : "one word too many";
        return wrong(name, fmt::format("`{}` is {}", extra.front(), kind));
    } catch (CLI::CallForHelp const&) {
        auto help = app.help();
        help.erase(help.find_last_not_of('\n') + 1);
        return Text{help + "\n" + exit_code_text(), ok};
    } catch (CLI::ParseError const& error) {
        return wrong(name, error.what());
    }
}

// --- run

constexpr std::uint64_t fewest_slots = 1024, most_slots = std::uint64_t{1} << 30;

struct RunWords {
    app::RunOptions options;
    std::string log, level, facility, signal_function, vrrp_pid_file, checkers_pid_file;
    bool genhash = false;
    std::vector<std::string> test_files;
    bool dont_fork = false, background = false, console = false, detail = false, no_syslog = false;
    bool only_vrrp = false, only_checks = false, test = false;
};

void offer_run(CLI::App& app, RunWords& words) {
    auto& options = words.options;
    app.add_option("-f,--use-file", options.configuration,
                   "the configuration; default: /etc/drover/drover.conf, else /etc/keepalived/keepalived.conf")
        ->type_name("FILE");
    app.add_flag("-n,--dont-fork", words.dont_fork, "stay in the foreground (the default of `drover run`)");
    app.add_flag("--background", words.background, "go to the background (keepalived's default)");
    app.add_flag("-l,--log-console", words.console, "log to standard error");
    app.add_flag("-D,--log-detail", words.detail, "log in detail");
    app.add_flag("-G,--no-syslog", words.no_syslog, "do not log to syslog");
    app.add_option("--log", words.log, "where to log: console, journal, syslog or none")
        ->type_name("SINK")
        ->check(CLI::IsMember({"console", "journal", "syslog", "none"}));
    app.add_option("--log-level", words.level, "the lowest level logged: debug, info, notice, warning or error")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"debug", "info", "notice", "warning", "error"}));
    app.add_flag("-P,--vrrp", words.only_vrrp, "only VRRP, no health checks");
    app.add_flag("-C,--check", words.only_checks, "only services and health checks, no VRRP");
    app.add_option("-p,--pid", options.pid_file, "the file for the process id")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_option("-i,--config-id", options.config_id,
                   "which @ID lines of the configuration count; default: the host name")
        ->type_name("ID");
    app.add_option("--slots", options.slots, "size of a new connection table, in connections; twice what is expected")
        ->type_name("N")
        ->check(CLI::Range(fewest_slots, most_slots))
        ->capture_default_str();
    app.add_option("-r,--vrrp_pid", words.vrrp_pid_file, "another file for the process id: VRRP is a thread of it")
        ->type_name("FILE");
    app.add_option("-c,--checkers_pid", words.checkers_pid_file, "and another: checks are made by the same process")
        ->type_name("FILE");
    app.add_option("-s,--namespace", options.network_namespace, "work in this network namespace (`ip netns`)")
        ->type_name("NAME");
    app.add_option("-S,--log-facility", words.facility, "of syslog: 0 to 7 or local0 to local7, user, daemon (the default)")
        ->type_name("FACILITY");
    app.add_flag("-d,--dump-conf", options.dump_configuration, "log what has been read of the configuration");
    app.add_option("--signum", words.signal_function,
                   "print the number of a signal: STOP, RELOAD, DATA, STATS, STATS_CLEAR or JSON")
        ->type_name("FUNCTION");
    app.add_flag("-T,--genhash", words.genhash)->group("");
    app.add_flag("-t,--config-test", words.test, "only check the configuration, as `drover check` does");
    app.add_option("files", words.test_files)->group("")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// A person who types `drover run` looks at the terminal; whoever starts it as keepalived reads syslog.
log::Sink sink_of(RunWords const& words, bool as_keepalived) {
    static std::map<std::string, log::Sink> const named{{"console", log::Sink::console},
                                                        {"journal", log::Sink::journal},
                                                        {"syslog", log::Sink::syslog},
                                                        {"none", log::Sink::none}};
    if (!words.log.empty()) return named.at(words.log);
    if (words.console) return log::Sink::console;
    // systemd sets JOURNAL_STREAM for a service whose standard error is the journal.
    if (std::getenv("JOURNAL_STREAM") != nullptr) return log::Sink::journal;
    if (!as_keepalived && !words.background) return log::Sink::console;
    return words.no_syslog ? log::Sink::none : log::Sink::syslog;
}

log::Level level_of(RunWords const& words) {
    static std::map<std::string, log::Level> const named{{"debug", log::Level::debug},
                                                         {"info", log::Level::info},
                                                         {"notice", log::Level::notice},
                                                         {"warning", log::Level::warning},
                                                         {"error", log::Level::error}};
    if (!words.level.empty()) return named.at(words.level);
    return words.detail ? log::Level::debug : log::Level::info;
}

std::vector<std::string> remarks_of(CLI::App const& app) {
    std::vector<std::string> remarks;
    for (auto const& idle : idle_options) {
        std::string const names = idle.names;
        if (app.count(names.substr(0, names.find(','))) > 0)
            remarks.push_back(fmt::format("{} has no effect: {}", names.substr(names.rfind(',') + 1), idle.remark));
    }
    return remarks;
}

std::string idle_options_text() {
    std::string names;
    for (auto const& idle : idle_options) names += std::string(" ") + idle.names;
    return "Accepted for keepalived's sake, without effect:" + names;
}

/// keepalived's words and exit codes.
Text signal_number(std::string const& function) {
    auto const found = std::ranges::find(signals_of_functions, std::string_view(function),
                                         [](SignalOfFunction const& signal) { return std::string_view(signal.function); });
    if (found == signals_of_functions.end()) return {fmt::format("Unknown sigfunc {}\n", function), failed};
    return {fmt::format("{}\n", found->number), ok};
}

/// -t and --config-test may have a file for what is said attached to them, as in getopt_long(3): "--config-test=FILE",
/// "-t/FILE". It is taken off; empty: there is none.
std::string take_test_log(std::vector<std::string>& words) {
    constexpr std::string_view long_form = "--config-test=";
    std::string file;
    for (auto& word : words) {
        bool const is_short = word.starts_with("-t/") || word.starts_with("-t.");
        if (!is_short && !word.starts_with(long_form)) continue;
        file = word.substr(is_short ? 2 : long_form.size());
        word = "--config-test";
    }
    return file;
}

/// Nothing: there is no such facility.
std::optional<int> facility_named(std::string_view name) {
    if (name.empty() || name == "daemon") return log::facility_daemon;
    if (name == "user") return log::facility_user;
    if (name.starts_with("local")) name.remove_prefix(std::string_view("local").size());
    if (name.size() != 1 || name.front() < '0' || name.front() > '7') return std::nullopt;
    return log::facility_local0 + (name.front() - '0') * log::facility_step;
}

/// `as_keepalived`: without a subcommand, when keepalived's defaults hold.
Request read_run(std::vector<std::string> words, bool as_keepalived) {
    std::string const name = as_keepalived ? "" : " run";
    auto const app = parser(name,
                            "The daemon: reads keepalived.conf, speaks VRRP, checks real servers, forwards packets.\n"
                            "keepalived's own short options work.");
    RunWords run;
    Globals globals;
    offer_run(*app, run);
    globals.offer(*app, true);
    app->footer(idle_options_text());
    for (auto const& idle : idle_options) {
        if (idle.has_value)
            app->add_option(idle.names)->expected(1)->group("");
        else
            app->add_flag(idle.names)->group("");
    }
    auto const test_log = take_test_log(words);
    if (auto const text = parse(*app, name, words)) return *text;

    if (run.genhash) return wrong(name, "--genhash is a program of keepalived's that drover has not got");
    if (!run.signal_function.empty()) return signal_number(run.signal_function);
    if (run.test) {
        if (run.test_files.empty() && !run.options.configuration.empty()) run.test_files = {run.options.configuration};
        if (run.test_files.empty()) run.test_files = {app::usual_configuration()};
        return CheckRequest{run.test_files, run.options.config_id, false, false, test_log};
    }
    if (!run.test_files.empty()) return wrong(name, fmt::format("`{}` is one word too many", run.test_files.front()));
    if (run.dont_fork && run.background) return wrong(name, "--dont-fork and --background contradict each other");

    auto& options = run.options;
    options.foreground = as_keepalived ? run.dont_fork : !run.background;
    options.sink = sink_of(run, as_keepalived);
    options.lowest = level_of(run);
    auto const facility = facility_named(run.facility);
    if (!facility) return wrong(name, fmt::format("`{}` is no facility of syslog", run.facility));
    options.syslog_facility = *facility;
    for (auto const& file : {run.vrrp_pid_file, run.checkers_pid_file})
        if (!file.empty()) options.more_pid_files.push_back(file);
    options.vrrp_only = run.only_vrrp && !run.only_checks;
    options.checks_only = run.only_checks && !run.only_vrrp;
    options.socket = globals.socket;
    options.pin_directory = globals.pin_directory;
    return RunRequest{options, remarks_of(*app)};
}

// --- the other commands

Request read_check(std::vector<std::string> const& words) {
    auto const app = parser(" check", "Says what is wrong with configuration files, and where.");
    CheckRequest request;
    app->add_option("FILE", request.files, "default: the file that `drover run` would read");
    app->add_option("-i,--config-id", request.config_id, "which @ID lines count; default: the host name")
        ->type_name("ID");
    app->add_flag("--strict", request.strict, "notes count as well");
    app->add_flag("--json", request.json, "for programs");
    app->get_option("FILE")->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (auto const text = parse(*app, " check", words)) return *text;
    if (request.files.empty()) request.files = {app::usual_configuration()};
    return request;
}

Request read_reload(std::vector<std::string> const& words) {
    auto const app = parser(" reload", "Has the daemon read its configuration again, and says what that changed.");
    ReloadRequest request;
    Globals globals;
    globals.offer(*app, false);
    app->add_flag("--json", request.json, "the daemon's answer as it came");
    app->add_flag("--discard-changes", request.discard_changes,
                  "also end what ipvsadm has changed on services of the configuration");
    if (auto const text = parse(*app, " reload", words)) return *text;
    request.socket = globals.socket;
    return request;
}

Request read_handover(std::vector<std::string> const& words) {
    auto const app = parser(" handover",
                            "Another director takes over what this one is MASTER of, at once and with all connections. It must be\n"
                            "a drover with the same sync_key. Its instances are not preempted by this director until they fail,\n"
                            "this daemon is started anew, or they are handed back there.");
    HandoverRequest request;
    Globals globals;
    bool all = false;
    globals.offer(*app, false);
    app->add_option("INSTANCE", request.instances, "a vrrp_instance; its sync group goes along")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app->add_flag("--all", all, "all instances that are MASTER");
    app->add_flag("--check", request.only_ask, "only ask the other director whether it would take over");
    app->add_flag("--json", request.json, "the daemon's answer as it came");
    if (auto const text = parse(*app, " handover", words)) return *text;
    if (all != request.instances.empty()) return wrong(" handover", "name instances, or say --all");
    request.socket = globals.socket;
    return request;
}

/// Behind "--trial" is the command line of the daemon that asks.
Request read_trial(std::vector<std::string> const& words) {
    auto request = read_arguments(std::vector<std::string>(words.begin() + 1, words.end()));
    if (auto const* const run = std::get_if<RunRequest>(&request)) return TrialRequest{run->options};
    if (auto const* const text = std::get_if<Text>(&request); text != nullptr && text->is_error()) return *text;
    return wrong(" upgrade", "--trial wants the command line of a daemon");
}

Request read_upgrade(std::vector<std::string> const& words) {
    if (!words.empty() && words.front() == "--trial") return read_trial(words);
    auto const app = parser(" upgrade",
                            "Has the daemon go on as another binary, in place: no role changes, no packet is lost. The binary first\n"
                            "says whether it can take over from the one that runs; if not, everything stays as it is.");
    UpgradeRequest request;
    Globals globals;
    globals.offer(*app, false);
    app->add_option("BINARY", request.binary, "default: where the daemon's own is on disk; root alone may name another");
    if (auto const text = parse(*app, " upgrade", words)) return *text;
    request.socket = globals.socket;
    return request;
}

/// status and conns take the same options.
template <class T>
Request read_question(std::vector<std::string> const& words, std::string const& name, std::string const& description) {
    auto const app = parser(name, description);
    T request;
    Globals globals;
    globals.offer(*app, false);
    app->add_flag("--json", request.json, "the daemon's answer as it came");
    if (auto const text = parse(*app, name, words)) return *text;
    request.socket = globals.socket;
    return request;
}

/// The unit passes it what `drover run` gets: options of the daemon alone are let pass.
Request read_cleanup(std::vector<std::string> const& words) {
    auto const app = parser(" cleanup", "Takes away what a daemon that died has left: VIPs, open gates, the packet path with its connections.");
    CleanupRequest request;
    Globals globals;
    globals.offer(*app, true);
    app->add_option("-f,--use-file", request.options.configuration, "whose VIPs; default: the file that `drover run` would read")->type_name("FILE");
    app->add_option("-i,--config-id", request.options.config_id, "which @ID lines count; default: the host name")->type_name("ID");
    app->add_flag("--stale", request.options.stale, "only if other directors have taken over, and leave the packet path for the next daemon");
    if (auto const text = parse(*app, " cleanup", words, true)) return *text;
    if (request.options.configuration.empty()) request.options.configuration = app::usual_configuration();
    request.options.pin_directory = globals.pin_directory;
    return request;
}

Request read_real(std::vector<std::string> const& words) {
    auto const app = parser(
        " real", "Makes this host a real server of a DR farm, or undoes it: VIPs on lo, ARP kept quiet about them.");
    RealRequest request;
    std::vector<std::string> vips;
    app->add_option("VERB", request.verb, "start, stop, restart or status")
        ->required()
        ->check(CLI::IsMember({"start", "stop", "restart", "status"}));
    app->add_option("--vip", vips, "a virtual address; may be repeated; default: those of /etc/drover/real.conf")
        ->type_name("ADDRESS")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
    app->add_option("--dev", request.devices,
                    "an interface of the LAN; may be repeated; default: every Ethernet one that is up")
        ->type_name("NAME")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
    app->add_option("--state-file", request.state_file,
                    "what `stop` needs to put things back; default: /run/drover/real.json")
        ->type_name("FILE");
    app->add_option("--configuration", request.configuration_file, "default: /etc/drover/real.conf")->type_name("FILE");
    if (auto const text = parse(*app, " real", words)) return *text;
    for (auto const& vip : vips) {
        auto const address = Address::parse(vip);
        if (!address) return wrong(" real", fmt::format("--vip {} is no IP address", vip));
        request.vips.push_back(*address);
    }
    return request;
}

struct Subcommand {
    std::string_view name;
    Request (*read)(std::vector<std::string> const& words);
};

constexpr std::array subcommands{
    Subcommand{"run", [](std::vector<std::string> const& words) { return read_run(words, false); }},
    Subcommand{"check", read_check},
    Subcommand{"status",
               [](std::vector<std::string> const& words) {
                   return read_question<StatusRequest>(words, " status",
                                                       "Shows instances, services, servers and the packet path.");
               }},
    Subcommand{"conns",
               [](std::vector<std::string> const& words) {
                   return read_question<ConnsRequest>(words, " conns", "Lists the connections.");
               }},
    Subcommand{"reload", read_reload},
    Subcommand{"handover", read_handover},
    Subcommand{"upgrade", read_upgrade},
    Subcommand{"cleanup", read_cleanup},
    Subcommand{"real", read_real},
};

/// Options that may stand before the subcommand; they are then read with its own.
constexpr std::array<std::string_view, 2> leading_names{"--socket", "--pin-dir"};

std::size_t leading_length(std::span<std::string const> words) {
    std::size_t at = 0;
    while (at < words.size()) {
        auto const named =
            std::ranges::find_if(leading_names, [&](std::string_view name) { return words[at].starts_with(name); });
        if (named == leading_names.end()) break;
        if (words[at].size() > named->size() && words[at][named->size()] == '=')
            at += 1;
        else if (words[at] == *named && at + 1 < words.size())
            at += 2;
        else
            break;
    }
    return at;
}

/// ipvsadm's words are its own: only what stands before them is drover's.
Request read_ipvsadm(std::vector<std::string> const& leading, std::vector<std::string> words) {
    auto const question = read_question<StatusRequest>(leading, "", "");
    if (auto const* text = std::get_if<Text>(&question)) return *text;
    return IpvsadmRequest{std::get<StatusRequest>(question).socket, std::move(words)};
}

}  // namespace

std::string default_socket() { return from_environment("DROVER_SOCKET", "/run/drover/drover.sock"); }

Request read_arguments(std::span<std::string const> words) {
    auto const length = leading_length(words);
    std::vector<std::string> arguments(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(length));
    auto const rest = words.subspan(length);
    if (rest.empty()) return wrong("", "no command is given");
    auto const& first = rest.front();
    if (first == "-h" || first == "--help" || first == "help") return Text{main_help(), ok};
    if (first == "-v" || first == "--version" || first == "version") return Text{fmt::format("drover {}\n", version), ok};
    if (first.starts_with('-')) return read_run({words.begin(), words.end()}, true);
    if (first == "ipvsadm") return read_ipvsadm(arguments, {rest.begin() + 1, rest.end()});

    auto const found = std::ranges::find(subcommands, std::string_view(first), &Subcommand::name);
    if (found == subcommands.end()) return wrong("", fmt::format("`{}` is no command", first));
    arguments.insert(arguments.end(), rest.begin() + 1, rest.end());
    return found->read(arguments);
}

}  // namespace drover::cli
