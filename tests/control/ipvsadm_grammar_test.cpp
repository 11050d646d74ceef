#include "control/ipvsadm_grammar.h"

#include <gtest/gtest.h>

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
    model::ServiceName const web{{{*Address::parse("10.0.0.100"), 80}, Protocol::tcp}};
    for (auto const* line : {"-L -t 10.0.0.100:80", "-Lnt 10.0.0.100:80", "-L -t10.0.0.100:80", "-L -t=10.0.0.100:80",
                             "-L --tcp-service 10.0.0.100:80", "-L --tcp-service=10.0.0.100:80 -n"})
        EXPECT_EQ(listing(line).service, web) << line;
    EXPECT_EQ(listing("-L -u [2001:db8::1]:53").service->key.keepalived_text(), "[2001:db8::1]:udp:53");
    EXPECT_EQ(listing("-L --sctp-service 10.0.0.1:9").service->key.protocol, Protocol::sctp);
    EXPECT_EQ(listing("-L -f 4294967295 -6").service, model::ServiceName::of_mark(0xffffffff, Family::v6));
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
                                                                    {"[10.0.0.1]:80", "10.0.0.1:0"},
                                                                    {"10.1:0080", "10.0.0.1:80"},
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

template <class T>
T edit(std::string const& line) {
    auto const command = parsed(line);
    EXPECT_TRUE(command) << line << ": " << (command ? "" : command.error().message);
    return std::get<T>(std::get<model::Edit>(*command));
}

TEST(IpvsadmGrammar, ReadsWhatShallBeSetToZero) {
    using model::edit::Zero;
    EXPECT_FALSE(edit<Zero>("-Z").service);
    EXPECT_EQ(edit<Zero>("--zero -u 10.0.0.1:53").service->key.keepalived_text(), "[10.0.0.1]:udp:53");
    EXPECT_EQ(edit<Zero>("-Z -f 5").service->fwmark, 5u);
    EXPECT_EQ(refusal("-Z -t 10.0.0.1:80 -n").message, "Illegal 'numeric' option with the 'zero' command");
    EXPECT_EQ(refusal("-Z -t 10.0.0.1:80 -r 10.0.0.2").exit_code, 2);
}

TEST(IpvsadmGrammar, ReadsEverythingOfAService) {
    auto const plain = edit<model::edit::AddService>("-A -t 10.0.0.1:80").service;
    EXPECT_EQ(plain.scheduler, "wlc");
    EXPECT_EQ(plain.persistence_timeout, 0u);
    EXPECT_EQ(plain.persistence_mask, 0xffffffffu);
    auto const rich =
        edit<model::edit::ChangeService>("-E -u 10.0.0.1:53 -s sh -p -M 255.255.0.0 -o --pe sip -b sh-port,flag-3")
            .service;
    EXPECT_EQ(rich.scheduler, "sh");
    EXPECT_EQ(rich.persistence_timeout, 360u);
    EXPECT_EQ(rich.persistence_mask, 0xffff0000u);
    EXPECT_EQ(rich.persistence_engine, "sip");
    EXPECT_TRUE(rich.one_packet);
    EXPECT_EQ(rich.flags, (model::SchedulerFlags{.port = true, .third = true}));
    EXPECT_EQ(edit<model::edit::AddService>("-A -f 7 -6 -p 5").service.persistence_mask, 128u);
    EXPECT_EQ(edit<model::edit::AddService>("-A -M 64 -t [2001:db8::1]:80 -p 5").service.persistence_mask, 128u)
        << "the family is not known yet when the mask is read";
}

TEST(IpvsadmGrammar, ReadsEverythingOfAServer) {
    auto const server = [](std::string const& rest) {
        return edit<model::edit::AddServer>("-a -t 10.0.0.1:80 " + rest).server;
    };
    EXPECT_EQ(server("-r 10.0.0.2:81").endpoint.text(), "10.0.0.2:80") << "direct routing keeps the port";
    EXPECT_EQ(server("-r 10.0.0.2:81 -i").endpoint.text(), "10.0.0.2:80");
    EXPECT_EQ(server("-r 10.0.0.2:81 -m").endpoint.text(), "10.0.0.2:81");
    EXPECT_EQ(server("-r 10.0.0.2 -m").endpoint.text(), "10.0.0.2:80");
    EXPECT_EQ(edit<model::edit::AddServer>("-a -r 10.0.0.2 -t 10.0.0.1:80 -m").server.endpoint.text(), "10.0.0.2:0")
        << "the service is not known yet when its server is read";
    EXPECT_EQ(edit<model::edit::RemoveServer>("-d -t 10.0.0.1:80 -r 10.0.0.2:81").server.text(), "10.0.0.2:81");
    auto const rich = server("-r 10.0.0.2 -i --tun-type gue --tun-port 6080 --tun-csum -w 7 -x 9 -y 3");
    EXPECT_EQ(rich.tunnel, (model::Tunnel{model::Tunnel::Type::gue, 6080, model::Tunnel::Checksum::plain}));
    EXPECT_EQ(rich.weight, 7);
    EXPECT_EQ(rich.upper_threshold, 9u);
    EXPECT_EQ(rich.lower_threshold, 3u);
}

TEST(IpvsadmGrammar, ReadsTimeoutsAndDaemons) {
    EXPECT_EQ(edit<model::edit::SetTimeouts>("--set 1 0 3").timeouts, (model::Timeouts{1, 0, 3}));
    auto const plain = edit<model::edit::StartSync>("--start-daemon backup").daemon;
    EXPECT_EQ(plain, (model::SyncDaemon{.role = model::SyncRole::backup}));
    auto const rich = edit<model::edit::StartSync>(
                          "--start-daemon master --syncid 5 --mcast-interface eth1 --sync-maxlen 1000 "
                          "--mcast-group ff05::51 --mcast-port 9 --mcast-ttl 3")
                          .daemon;
    EXPECT_EQ(rich.sync_id, 5);
    EXPECT_EQ(rich.interface, "eth1");
    EXPECT_EQ(rich.max_length, 1000);
    EXPECT_EQ(rich.group, Address::parse("ff05::51"));
    EXPECT_EQ(rich.port, 9);
    EXPECT_EQ(rich.ttl, 3);
    EXPECT_EQ(edit<model::edit::StopSync>("--stop-daemon backup --syncid 5").role, model::SyncRole::backup);
}

}  // namespace
}  // namespace drover::control::ipvsadm
