#include "control/ipvsadm_grammar.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "control/samples.h"

namespace drover::control::ipvsadm {
namespace {

std::expected<Command, Refusal> parsed(std::string const& line, Names const& names = NumbersOnly()) {
    auto words = samples::words(line);
    for (auto& word : words)
        if (word == "''") word.clear();
    return parse(words, names);
}

Listing listing(std::string const& line, Names const& names = NumbersOnly()) {
    auto const command = parsed(line, names);
    EXPECT_TRUE(command) << line << ": " << (command ? "" : command.error().message);
    if (!command) return {};
    EXPECT_TRUE(std::holds_alternative<Listing>(*command)) << line;
    return std::get<Listing>(*command);
}

Refusal refusal(std::string const& line) {
    auto const command = parsed(line);
    EXPECT_FALSE(command) << line;
    return command ? Refusal{} : command.error();
}

class FewNames final : public Names {
public:
    std::optional<Address> address_of(std::string_view host) const override {
        return host == "www.example" ? Address::parse("10.0.0.9") : std::nullopt;
    }
    std::optional<std::uint16_t> port_of(std::string_view service, Protocol protocol) const override {
        if (service != "domain" || protocol != Protocol::udp) return std::nullopt;
        return 53;
    }
    std::optional<std::string> host_name(Address const&) const override { return std::nullopt; }
    std::optional<std::string> service_name(std::uint16_t, Protocol) const override { return std::nullopt; }
};

TEST(IpvsadmGrammar, ReadsEverySpellingOfTheNumericConnectionListing) {
    for (auto const* line :
         {"-Lnc", "-Ln -c", "-L -n -c", "-lcn", "--list --numeric --connection", "-L -nc", "-l -c -n"}) {
        auto const read = listing(line);
        EXPECT_EQ(read.view, View::connections) << line;
        EXPECT_TRUE(read.numeric) << line;
    }
}

TEST(IpvsadmGrammar, TakesNoArgumentsAsAListing) {
    EXPECT_EQ(listing("").view, View::services);
    EXPECT_FALSE(listing("").numeric);
}

TEST(IpvsadmGrammar, ChoosesTheViewWithIpvsadmsPrecedence) {
    struct Case {
        char const* line;
        View view;
    };
    for (auto const& [line, view] : std::initializer_list<Case>{{"-Ln", View::services},
                                                                {"-L --stats", View::stats},
                                                                {"-L --stats --rate", View::stats},
                                                                {"-L --thresholds --rate", View::rate},
                                                                {"-L --thresholds --stats", View::stats},
                                                                {"-L --persistent-conn --thresholds", View::thresholds},
                                                                {"-L --tun-info --persistent-conn", View::persistent},
                                                                {"-L --tun-info", View::tunnels},
                                                                {"-L --timeout", View::timeout},
                                                                {"-L --daemon", View::daemon},
                                                                {"-L -c --persistent-conn", View::connections},
                                                                {"-L --exact", View::services},
                                                                {"-L --syncid 3", View::services},
                                                                {"-L --sort", View::services}})
        EXPECT_EQ(listing(line).view, view) << line;
    EXPECT_TRUE(listing("-L -X").exact);
    EXPECT_FALSE(listing("-L --nosort").sorted);
    EXPECT_TRUE(listing("-L --sort").sorted);
}

TEST(IpvsadmGrammar, SelectsAServiceInEverySpelling) {
    ServiceKey const web{{*Address::parse("10.0.0.100"), 80}, Protocol::tcp};
    for (auto const* line : {"-L -t 10.0.0.100:80", "-Lnt 10.0.0.100:80", "-L -t10.0.0.100:80", "-L -t=10.0.0.100:80",
                             "-L --tcp-service 10.0.0.100:80", "-L --tcp-service=10.0.0.100:80 -n"})
        EXPECT_EQ(listing(line).service, web) << line;
    EXPECT_EQ(listing("-L -u [2001:db8::1]:53").service->keepalived_text(), "[2001:db8::1]:udp:53");
    EXPECT_EQ(listing("-L --sctp-service 10.0.0.1:9").service->protocol, Protocol::sctp);
    EXPECT_EQ(listing("-L -f 4294967295 -6").fwmark, 0xffffffffu);
}

TEST(IpvsadmGrammar, ReadsAddressesAsIpvsadmDoes) {
    struct Case {
        char const* text;
        char const* endpoint;  // nullptr: refused
    };
    for (auto const& [text, endpoint] : std::initializer_list<Case>{{"10.0.0.1", "10.0.0.1:0"},
                                                                    {"10.0.0.1:80", "10.0.0.1:80"},
                                                                    {"10.0.0.1:domain", "10.0.0.1:53"},
                                                                    {"www.example:80", "10.0.0.9:80"},
                                                                    {"www.example", "10.0.0.9:0"},
                                                                    {"2001:db8::100:81", "[2001:db8::100:81]:0"},
                                                                    {"[2001:db8::1]:81", "[2001:db8::1]:81"},
                                                                    {"[2001:db8::1]", nullptr},
                                                                    {"[2001:db8::1", nullptr},
                                                                    {"[2001:db8::100:81", nullptr},
                                                                    {"[10.0.0.1]:80", nullptr},
                                                                    {"10.0.0.1:http", nullptr},
                                                                    {"10.0.0.1:", nullptr},
                                                                    {"10.0.0.1:65536", nullptr},
                                                                    {"10.0.0.1:-1", nullptr},
                                                                    {"10.0.0.300:80", nullptr},
                                                                    {"80", nullptr},
                                                                    {":80", nullptr},
                                                                    {"", nullptr},
                                                                    {"nosuch:80", nullptr}}) {
        auto const read = parse_endpoint(text, Protocol::udp, FewNames());
        EXPECT_EQ(read ? read->text() : "refused", endpoint ? endpoint : "refused") << text;
    }
    EXPECT_FALSE(parse_endpoint("10.0.0.1:domain", Protocol::tcp, FewNames()));
}

TEST(IpvsadmGrammar, RefusesWithIpvsadmsWordsAndCodes) {
    struct Case {
        char const* line;
        int code;
        char const* message;
    };
    for (auto const& [line, code, message] : std::initializer_list<Case>{
             {"-L -t", 255, "-t: missing argument"},
             {"-L --tcp-service", 255, "--tcp-service: missing argument"},
             {"-L --bogus", 255, "--bogus: unknown option"},
             {"-L --nume", 255, "--nume: unknown option"},
             {"-LnQ", 255, "-LnQ: unknown option"},
             {"-L --numeric=1", 255, "--numeric=1: option does not take an argument"},
             {"--bogus", 255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information."},
             {"extra", 255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information."},
             {"-n -L", 255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information."},
             {"-L extra", 2, "unexpected argument extra"},
             {"-L -- -n", 2, "unexpected argument -n"},
             {"-L -n -n", 2, "multiple 'numeric' options specified"},
             {"-L -h", 2, "invalid option `-h'"},
             {"-L -6", 2, "-6 used before -f\n"},
             {"-L -t 10.0.0.1:80 --timeout", 2,
              "The option 'timeout' conflicts with the 'service-address' option in the 'list' command"},
             {"-L -c --timeout", 2,
              "The option 'timeout' conflicts with the 'connection' option in the 'list' command"},
             {"-L --timeout --persistent-conn", 2, "options conflicts in the list command"},
             {"-L -c --rate", 2, "options conflicts in the list command"},
             {"-L -w 1", 2, "Illegal 'weight' option with the 'list' command"},
         }) {
        auto const said = refusal(line);
        EXPECT_EQ(said.message, message) << line;
        EXPECT_EQ(said.exit_code, code) << line;
    }
}

TEST(IpvsadmGrammar, ReadsWhatShallBeSetToZero) {
    auto const zero = [](char const* line) { return std::get<Zero>(*parsed(line)); };
    EXPECT_FALSE(zero("-Z").service);
    EXPECT_EQ(zero("--zero -u 10.0.0.1:53").service->keepalived_text(), "[10.0.0.1]:udp:53");
    EXPECT_EQ(zero("-Z -f 5").fwmark, 5u);
    EXPECT_EQ(refusal("-Z -t 10.0.0.1:80 -n").message, "Illegal 'numeric' option with the 'zero' command");
    EXPECT_EQ(refusal("-Z -t 10.0.0.1:80 -r 10.0.0.2").exit_code, 2);
}

TEST(IpvsadmGrammar, SaysInOneSentenceWhatIsNotCarriedOutYet) {
    for (auto const* line :
         {"-A -t 10.0.0.1:80 -s rr", "-a -t 10.0.0.1:80 -r 10.0.0.2 -g", "-E -t 10.0.0.1:80", "-C", "-S -n",
          "-D -t 10.0.0.1:80", "-d -t 10.0.0.1:80 -r 10.0.0.2", "-R", "--set 1 2 3",
          "-e -t 10.0.0.1:80 -r 10.0.0.2 -w 3", "--start-daemon master", "--stop-daemon backup"}) {
        auto const said = refusal(line);
        EXPECT_NE(said.message.find("not carried out yet by this version"), std::string::npos) << line;
        EXPECT_EQ(said.exit_code, 2) << line;
    }
}

/// errors.txt: "--- N", the command line, "err: ..." or "out: ...", "exit N".
struct Recorded {
    std::string line;
    std::string error;
    int code = 0;
};

std::map<int, Recorded> recorded_errors() {
    std::map<int, Recorded> cases;
    int number = 0;
    for (auto const& line : samples::lines("errors.txt")) {
        if (line.starts_with("--- "))
            number = std::stoi(line.substr(4));
        else if (line.starts_with("ipvsadm"))
            cases[number].line = line.substr(std::string("ipvsadm").size());
        else if (line.starts_with("err: "))
            cases[number].error = line.substr(5);
        else if (line.starts_with("exit "))
            cases[number].code = std::stoi(line.substr(5));
    }
    return cases;
}

TEST(IpvsadmGrammar, AgreesWithEveryRecordedErrorOfTheArguments) {
    NEED_SAMPLES();
    auto const cases = recorded_errors();
    ASSERT_EQ(cases.size(), 170u);
    int same = 0;
    for (auto const& [number, recorded] : cases) {
        auto const command = parsed(recorded.line);
        if (command) {
            // Only listings, zeroing and help are carried out; "No such service" is found out later.
            EXPECT_TRUE(recorded.code == 0 || recorded.error == "No such service") << number << recorded.line;
            continue;
        }
        auto const& said = command.error();
        if (said.message.find("not carried out yet") != std::string::npos) continue;
        EXPECT_EQ(said.message, recorded.error) << number << recorded.line;
        EXPECT_EQ(said.exit_code, recorded.code) << number << recorded.line;
        ++same;
    }
    EXPECT_GE(same, 65);  // the others are about values of commands that are not carried out yet
}

}  // namespace
}  // namespace drover::control::ipvsadm
