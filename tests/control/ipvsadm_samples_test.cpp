// Every listing that ipvsadm 1.31 printed of a table of all its kinds of services, with traffic on it, and all that it
// said to nonsense: ours prints the same of the same table.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "control/ipvsadm_play.h"
#include "control/samples.h"

namespace drover::control::ipvsadm {
namespace {

using recordings::Answer;

std::uint64_t number(std::string const& text) { return std::stoull(text); }
std::uint32_t number32(std::string const& text) { return static_cast<std::uint32_t>(number(text)); }

/// What packets had told when a listing was recorded: the numbers at the end of its rows, by service and server.
class Numbers {
public:
    explicit Numbers(std::vector<std::string> const& lines) {
        std::string service;
        auto const title =
            std::ranges::find(lines, "  -> RemoteAddress:Port", [](auto const& line) { return line.substr(0, 23); });
        for (auto const& line : std::ranges::subrange(title, lines.end())) {
            auto const words = samples::words(line);
            if (words.at(1) == "RemoteAddress:Port") continue;
            if (words.at(0) == "->")
                servers_[{service, words.at(1)}] = words;
            else
                services_[service = name(words)] = words;
        }
    }

    /// `view` says which numbers they are.
    void add_to(model::DataplaneObserved& observed, View view) const {
        for (auto& service : observed.services) {
            auto const of = name_of(service);
            if (auto const row = services_.find(of); row != services_.end()) add(service, row->second, view);
            for (auto& server : service.servers)
                if (auto const row = servers_.find({of, server.endpoint.text()}); row != servers_.end())
                    add(server, row->second, view);
        }
    }

private:
    using Words = std::vector<std::string>;

    static std::string name(Words const& words) {
        return words[0] + " " + words[1] + (words.size() > 2 && words[2] == "IPv6" ? " IPv6" : "");
    }
    static std::string name_of(model::ServiceObserved const& service) {
        auto const& [endpoint, protocol] = service.key;
        if (service.fwmark == 0) return fmt::format("{} {}", upper_name(protocol), endpoint.text());
        return fmt::format("FWM {}{}", static_cast<int>(service.fwmark), endpoint.address.is_v4() ? "" : " IPv6");
    }
    static std::uint64_t from_end(Words const& words, std::size_t i) { return number(words.at(words.size() - i)); }

    template <class T>
    static void add_counts(T& row, Words const& words, View view) {
        if (view == View::stats)
            row.counters = {from_end(words, 5), from_end(words, 4), from_end(words, 2), from_end(words, 3),
                            from_end(words, 1)};
        if (view == View::rate)
            row.rates = {from_end(words, 5), from_end(words, 4), from_end(words, 2), from_end(words, 3),
                         from_end(words, 1)};
    }
    static void add(model::ServiceObserved& service, Words const& words, View view) {
        add_counts(service, words, view);
    }
    static void add(model::ServerObserved& server, Words const& words, View view) {
        add_counts(server, words, view);
        if (view == View::stats || view == View::rate) return;
        server.active = number32(words.at(words.size() - 2));
        server.inactive = number32(words.back());
        if (view == View::persistent) server.persistent = number32(words.at(words.size() - 3));
    }

    std::map<std::string, Words> services_;
    std::map<std::pair<std::string, std::string>, Words> servers_;
};

/// `file` begins with its command; what follows must be said again of a table of `rules`.
void expect_recorded(std::string const& file, std::vector<std::string> const& rules, View view = View::services) {
    auto const lines = samples::lines(file);
    auto const output = samples::output(file);
    Numbers const numbers(output);
    NumbersOnly const no_names;
    Play play(no_names, [&](model::DataplaneObserved& observed) { numbers.add_to(observed, view); });
    for (auto const& rule : rules) EXPECT_EQ(play.give(rule), Answer()) << rule;
    auto const command = lines.front().substr(std::string("$ ipvsadm").size());
    auto const said = play.give(command);
    EXPECT_EQ(said.out, samples::joined(output)) << file;
    EXPECT_EQ(said.err, "") << file;
    EXPECT_EQ(fmt::format("exit {}", said.code), lines.back()) << file;
}

std::vector<std::string> given_rules() { return samples::lines("rules-given.txt"); }

TEST(IpvsadmSamples, OfAllKindsOfServicesAreListedAlike) {
    for (auto const& [file, view] :
         std::initializer_list<std::pair<char const*, View>>{{"list-n.txt", View::services},
                                                             {"list-plain.txt", View::services},
                                                             {"list-names.txt", View::services},
                                                             {"list-sort.txt", View::services},
                                                             {"list-stats.txt", View::stats},
                                                             {"list-exact-stats.txt", View::stats},
                                                             {"list-rate.txt", View::rate},
                                                             {"list-exact-rate.txt", View::rate},
                                                             {"list-thresholds.txt", View::thresholds},
                                                             {"list-persistent.txt", View::persistent},
                                                             {"list-tun-info.txt", View::tunnels},
                                                             {"list-stats-after-zero.txt", View::stats},
                                                             {"list-one-tcp.txt", View::services},
                                                             {"list-one-udp.txt", View::services},
                                                             {"list-one-fwm.txt", View::services},
                                                             {"list-one-fwm6.txt", View::services},
                                                             {"list-one-v6.txt", View::services},
                                                             {"list-one-stats.txt", View::stats},
                                                             {"list-one-thresholds.txt", View::thresholds}})
        expect_recorded(file, given_rules(), view);
}

TEST(IpvsadmSamples, OfALargeServiceAreListedAlike) {
    std::vector<std::string> const rules{"-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.11 -g"};
    expect_recorded("big-list.txt", rules);
    for (auto const* file : {"big-stats.txt", "big-stats-exact.txt"}) expect_recorded(file, rules, View::stats);
    for (auto const* file : {"big-rate.txt", "big-rate-exact.txt"}) expect_recorded(file, rules, View::rate);
}

TEST(IpvsadmSamples, OfAnEmptyTableAreListedAlike) {
    for (auto const* file :
         {"list-empty.txt", "list-stats-empty.txt", "save-empty.txt", "clear.txt", "zero.txt", "help.txt",
          "version.txt", "list-timeout.txt", "list-daemon-none.txt", "start-daemon-defaults.txt"})
        expect_recorded(file, {});
}

TEST(IpvsadmSamples, OfTimeoutsAndDaemonsAreListedAlike) {
    expect_recorded("list-timeout-set.txt", {"--set 10 20 30"});
    expect_recorded("list-timeout-set-udp-only.txt", {"--set 10 20 30", "--set 0 0 77"});
    std::string const backup =
        "--start-daemon backup --mcast-interface eth0 --syncid 3 --sync-maxlen 1000 --mcast-group 239.1.2.3 "
        "--mcast-port 9000 --mcast-ttl 4";
    expect_recorded("list-daemon-defaults.txt", {"--start-daemon master"});
    expect_recorded("list-daemon-both.txt", {"--start-daemon master --mcast-interface eth0", backup});
    expect_recorded("list-daemon-backup.txt", {"--start-daemon master", backup, "--stop-daemon master"});
    expect_recorded("list-daemon-v6-group.txt",
                    {"--start-daemon backup --mcast-interface eth0 --syncid 9 --mcast-group ff05::51"});
}

/// The recorded answer of a command that was refused.
void expect_refused(std::string const& file, std::vector<std::string> const& rules) {
    NumbersOnly const no_names;
    Play play(no_names);
    for (auto const& rule : rules) EXPECT_EQ(play.give(rule), Answer()) << rule;
    auto const lines = samples::lines(file);
    auto const said = play.give(lines.at(0).substr(std::string("$ ipvsadm").size()));
    EXPECT_EQ("stderr: " + said.err, lines.at(1) + "\n");
    EXPECT_EQ(fmt::format("exit {}", said.code), lines.at(2));
}

TEST(IpvsadmSamples, OfDaemonsBesideMixedFamiliesAreRefusedAlike) {
    expect_refused("daemon-refused-beside-mixed-families.txt", given_rules());
    expect_refused("mixed-families-refused-beside-daemon.txt",
                   {"--start-daemon master", "-A -t [2001:db8::100]:444 -s rr"});
}

TEST(IpvsadmSamples, OfTheKernelsOrderShowTheSameRows) {
    auto const sorted = [](std::vector<std::string> lines) {
        std::ranges::sort(lines);
        return lines;
    };
    EXPECT_EQ(sorted(samples::output("list-sort-none.txt")), sorted(samples::output("list-n.txt")))
        << "a hash table's order says nothing: only that both have the same rows";
    NumbersOnly const no_names;
    Play play(no_names);
    for (auto const& rule : given_rules()) play.give(rule);
    auto const unsorted = play.give("-Ln --nosort").out;
    EXPECT_EQ(std::ranges::count(unsorted, '\n'),
              static_cast<std::ptrdiff_t>(samples::output("list-sort-none.txt").size()));
}

model::ConnectionRow row_of(std::string const& line) {
    auto const words = samples::words(line);
    auto const endpoint = [](std::string const& text) { return *parse_endpoint(text, Protocol::tcp, NumbersOnly()); };
    model::ConnectionRow row;
    row.protocol = words.at(0) == "TCP" ? Protocol::tcp : Protocol::udp;
    row.expires = number32(words[1].substr(0, 2)) * 60 + number32(words[1].substr(3));
    while (model::name(row.state) != words[2])
        row.state = static_cast<model::ConnectionState>(static_cast<int>(row.state) + 1);
    row.client = endpoint(words.at(3));
    row.virtual_server = endpoint(words.at(4));
    row.real_server = endpoint(words.at(5));
    if (words.size() > 6) row.persistence_engine = words[6], row.persistence_data = words.at(7);
    return row;
}

TEST(IpvsadmSamples, OfConnectionsAreListedAlike) {
    for (auto const* file : {"list-conn.txt", "list-conn-empty.txt", "big-conn-head.txt", "list-conn-pe.txt"}) {
        bool const with_data = std::string(file) == "list-conn-pe.txt";
        auto text = connections_title({.view = View::connections, .persistence_data = with_data});
        auto expected = samples::output(file);
        if (expected.back() == "60015") expected.pop_back();
        for (std::size_t i = 2; i < expected.size(); ++i)
            append_connection(text, row_of(expected[i]), with_data, NumbersOnly());
        EXPECT_EQ(text, samples::joined(expected)) << file;
    }
}

TEST(IpvsadmSamples, OfOnePacketServicesAreListedAlike) {
    auto const lines = samples::lines("one-packet-stats.txt");
    std::vector<std::string> const rules{"-A -u 10.0.0.100:53 -s rr -o", "-a -u 10.0.0.100:53 -r 10.0.0.11",
                                         "-A -u 10.0.0.100:54 -s rr", "-a -u 10.0.0.100:54 -r 10.0.0.11"};
    NumbersOnly const no_names;
    std::string said;
    for (auto const& [first, command] :
         std::initializer_list<std::pair<std::size_t, char const*>>{{0, "-Ln --stats"}, {7, "-Ln"}}) {
        auto const begin = lines.begin() + static_cast<std::ptrdiff_t>(first);
        Numbers const numbers({begin, begin + 7});
        Play play(no_names,
                  [&](auto& observed) { numbers.add_to(observed, first == 0 ? View::stats : View::services); });
        for (auto const& rule : rules) play.give(rule);
        said += play.give(command).out;
    }
    EXPECT_EQ(said, samples::joined(lines));
}

/// What differs, as `diff` marks it.
std::vector<std::string> difference(std::vector<std::string> const& from, std::vector<std::string> const& to) {
    std::vector<std::string> result;
    for (auto const& line : from)
        if (std::ranges::find(to, line) == to.end()) result.push_back("-" + line);
    for (auto const& line : to)
        if (std::ranges::find(from, line) == from.end()) result.push_back("+" + line);
    return result;
}

std::vector<std::string> lines_of(std::string const& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

TEST(IpvsadmSamples, OfSavedRulesDifferWhereIpvsadmCannotReadItsOwn) {
    NumbersOnly const no_names;
    Play play(no_names);
    for (auto const& rule : given_rules()) play.give(rule);
    for (auto const& [file, command] :
         std::initializer_list<std::pair<char const*, char const*>>{{"save-n.txt", "-Sn"}, {"save.txt", "-S"}})
        EXPECT_EQ(difference(samples::output(file), lines_of(play.give(command).out)),
                  (std::vector<std::string>{
                      "--A -f -1 -s sed -p 300", "--a -f -1 -r 10.0.0.12:0 -g -w 7",
                      "--a -t 10.0.0.100:80 -r 10.0.0.12:80 -g -w 1", "--A -t 10.0.0.102:9015 -s sh -b ",
                      "--A -t 10.0.0.102:9016 -s sh -b sh-fallback",  //
                      "+-A -f 4294967295 -s sed -p 300", "+-a -f 4294967295 -r 10.0.0.12:0 -g -w 7",
                      "+-a -t 10.0.0.100:80 -r 10.0.0.12:80 -g -w 1 -x 5000 -y 4000",
                      "+-A -t 10.0.0.102:9015 -s sh -b flag-3", "+-A -t 10.0.0.102:9016 -s sh -b sh-fallback,flag-3"}))
            << file;
}

TEST(IpvsadmSamples, OfSavedRulesComeBackWhole) {
    NumbersOnly const no_names;
    Play play(no_names);
    for (auto const& rule : given_rules()) play.give(rule);
    auto const saved = play.give("-Sn").out;
    auto const thresholds = play.give("-Ln --thresholds").out;
    play.give("-C");
    EXPECT_EQ(play.give("-Sn").out, "");
    EXPECT_EQ(play.give("-R", saved), Answer());
    EXPECT_EQ(play.give("-Sn").out, saved);
    EXPECT_EQ(play.give("-Ln --thresholds").out, thresholds);
}

/// One invocation of errors.txt.
struct Invocation {
    std::string line;
    std::vector<std::string> said;  ///< "out: ...", "err: ...", "exit N", "changed: ..."
};

std::map<int, Invocation> invocations() {
    std::map<int, Invocation> all;
    int current = 0;
    for (auto const& line : samples::lines("errors.txt")) {
        if (line.starts_with("--- "))
            current = std::stoi(line.substr(4));
        else if (line.starts_with("ipvsadm"))
            all[current].line = line.substr(std::string("ipvsadm").size());
        else
            all[current].said.push_back(line);
    }
    return all;
}

/// At most six lines of each kind, as they were kept.
void keep(std::vector<std::string>& said, std::string const& kind, std::string const& text) {
    auto const lines = lines_of(text);
    for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), 6); ++i) said.push_back(kind + lines[i]);
    if (lines.size() > 6) said.push_back(fmt::format("{}... ({} lines)", kind, lines.size()));
}

TEST(IpvsadmSamples, OfNonsenseAreAnsweredAlike) {
    std::vector<std::string> const rules{"-A -t 10.0.0.100:80 -s rr", "-a -t 10.0.0.100:80 -r 10.0.0.11 -g",
                                         "-A -t [2001:db8::100]:80 -s rr", "-A -f 5 -s rr"};
    NumbersOnly const no_names;
    // The sixty thousand connections of an experiment before were still there.
    Play play(no_names, [](model::DataplaneObserved& observed) {
        for (auto& service : observed.services)
            for (auto& server : service.servers) server.active = 59997;
    });
    for (auto const& rule : rules) play.give(rule);
    auto const all = invocations();
    ASSERT_EQ(all.size(), 170u);
    for (auto const& [which, invocation] : all) {
        auto const before = play.give("-Sn").out;
        auto const answer = play.give(invocation.line);
        std::vector<std::string> said;
        keep(said, "out: ", answer.out);
        keep(said, "err: ", answer.err);
        said.push_back(fmt::format("exit {}", answer.code));
        auto const after = play.give("-Sn").out;
        for (auto const& line : difference(lines_of(before), lines_of(after))) said.push_back("changed: " + line);
        EXPECT_EQ(said, invocation.said) << which << invocation.line;
        if (after == before) continue;
        play.give("-C");
        for (auto const& rule : rules) play.give(rule);
    }
}

}  // namespace
}  // namespace drover::control::ipvsadm
