// Words of virtual_server, virtual_server_group and real_server. The exit codes are those that keepalived 2.2.7 gave to
// the same text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/read_group.h"
#include "fixture.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Words {
    std::string head = "10.0.0.1 80";
    std::string service{}, server = "10.0.0.2 80", in_server{};
    std::string algo = "wlc", protocol = "TCP";
};

/// A virtual_server; its further words begin on line 5.
std::string text_of(Words const& words) {
    return "virtual_server " + words.head + " {\n lb_algo " + words.algo + "\n lb_kind DR\n protocol " +
           words.protocol + "\n" + words.service + " real_server " + words.server + " {\n" + words.in_server +
           " }\n}\n";
}

std::string group(std::string const& members) { return "virtual_server_group G {\n" + members + "}\n"; }

Loaded load_group(std::string const& members, Words words = {}) {
    words.head = "group G";
    return load_text(group(members) + text_of(words));
}

std::vector<std::string> members_of(Loaded const& loaded) {
    std::vector<std::string> members;
    for (auto const& member : loaded.configuration.services.at(0).group) members.push_back(member.endpoint.text());
    return members;
}

struct Case {
    Words words;
    int exit_code;
    std::vector<std::string> codes;
};

void expect_outcomes(std::initializer_list<Case> cases) {
    for (auto const& c : cases) {
        auto const loaded = load_text(text_of(c.words));
        std::vector<std::string> codes;
        for (auto const& d : loaded.diagnostics) codes.push_back(d.code);
        EXPECT_EQ(loaded.exit_code, c.exit_code) << text_of(c.words) << render_text(loaded.diagnostics, false);
        EXPECT_EQ(codes, c.codes) << text_of(c.words) << render_text(loaded.diagnostics, false);
    }
}

TEST(Scheduler, OfEveryNameIsTaken) {
    for (auto const* name :
         {"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos"}) {
        auto const loaded = load_text(text_of({.algo = name}));
        EXPECT_THAT(places(loaded), IsEmpty()) << name;
        EXPECT_EQ(model::name(loaded.configuration.services.at(0).scheduler), name);
    }
    expect_outcomes({{{.algo = "none"}, 5, {"no-scheduler", "bad-word"}}});
}

TEST(Scheduler, TakesItsFlagsBelowItsName) {
    auto const flags = [](std::string const& algo, std::string const& words) {
        return load_text(text_of({.service = words, .algo = algo})).configuration.services.at(0).flags;
    };
    EXPECT_EQ(flags("sh", " sh-port\n"), (model::SchedulerFlags{.port = true}));
    EXPECT_EQ(flags("mh", " mh-port\n mh-fallback\n"), (model::SchedulerFlags{.port = true, .fallback = true}));
    EXPECT_EQ(flags("sh", " flag-1\n"), (model::SchedulerFlags{.fallback = true}));
    EXPECT_EQ(flags("mh", " flag-2\n"), (model::SchedulerFlags{.port = true}));
    EXPECT_EQ(flags("sh", " mh-port\n"), (model::SchedulerFlags{.port = true})) << "to keepalived they are one";
    EXPECT_EQ(flags("rr", " sh-port\n"), model::SchedulerFlags{});
    expect_outcomes({
        {{.service = " sh-port\n", .algo = "rr"}, 5, {"no-effect"}},
        {{.service = " mh-fallback\n", .algo = "rr"}, 5, {"no-effect"}},
        {{.service = " sh-port\n lb_algo sh\n", .algo = "rr"}, 5, {"no-effect", "repeated-keyword"}},
        {{.algo = "mh mh-port"}, 0, {"extra-words"}},
        {{.service = " flag-1\n flag-2\n flag-3\n", .algo = "rr"}, 0, {}},
    });
}

TEST(OnePacketScheduling, IsForUdp) {
    EXPECT_TRUE(load_text(text_of({.service = " ops\n", .protocol = "UDP"})).configuration.services.at(0).one_packet);
    auto const tcp = load_text(text_of({.service = " ops\n"}));
    EXPECT_FALSE(tcp.configuration.services.at(0).one_packet);
    EXPECT_THAT(places(tcp), ElementsAre("5:2 no-effect"));
    EXPECT_EQ(tcp.exit_code, corrected);
}

TEST(Service, MayBeSctpOrIpv6) {
    auto const sctp = load_text(text_of({.protocol = "SCTP"}));
    EXPECT_THAT(places(sctp), IsEmpty());
    EXPECT_EQ(sctp.configuration.services.at(0).key.protocol, Protocol::sctp);
    auto const ipv6 = load_text(text_of({.head = "2001:db8::1 80", .server = "2001:db8::2 80"}));
    EXPECT_THAT(places(ipv6), IsEmpty());
    auto const& service = ipv6.configuration.services.at(0);
    EXPECT_EQ(service.key.endpoint.text(), "[2001:db8::1]:80");
    EXPECT_EQ(service.servers.at(0).endpoint.text(), "[2001:db8::2]:80");
    EXPECT_EQ(service.persistence_prefix, 128);
}

TEST(Service, LeavesOutServersOfTheOtherFamily) {
    expect_outcomes({
        {{.server = "2001:db8::2 80"}, 5, {"no-servers", "mixed-families"}},
        {{.head = "2001:db8::1 80"}, 5, {"no-servers", "mixed-families"}},
    });
}

TEST(Service, OfAllPortsIsPersistent) {
    auto const loaded =
        load_text(text_of({.head = "10.0.0.1", .service = " persistence_timeout 50\n", .server = "10.0.0.2"}));
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_EQ(loaded.configuration.services.at(0).key.endpoint.port, 0);
    EXPECT_EQ(loaded.configuration.services.at(0).servers.at(0).endpoint.port, 0);
    expect_outcomes({
        {{.head = "10.0.0.1 0", .service = " persistence_timeout 50\n", .server = "10.0.0.2 0"}, 0, {}},
        {{.head = "10.0.0.1", .server = "10.0.0.2"}, 5, {"zero-port"}},
        {{.head = "10.0.0.1", .service = " ops\n", .server = "10.0.0.2", .protocol = "UDP"}, 5, {"zero-port"}},
        {{.head = "10.0.0.1", .service = " persistence_timeout 50\n"}, 5, {"port-reset"}},
        {{.head = "10.0.0.1",
          .service = " persistence_timeout 50\n",
          .server = "10.0.0.2",
          .in_server = " TCP_CHECK {\n }\n"},
         0,
         {"check-of-port-0"}},
        {{.head = "10.0.0.1",
          .service = " persistence_timeout 50\n",
          .server = "10.0.0.2",
          .in_server = " TCP_CHECK {\n connect_port 80\n }\n"},
         0,
         {}},
    });
}

TEST(PersistenceGranularity, IsANetmaskOrAPrefixLength) {
    auto const prefix = [](std::string const& granularity, bool is_v6 = false) {
        Words words{.service = " persistence_timeout 50\n persistence_granularity " + granularity + "\n"};
        if (is_v6) words.head = "2001:db8::1 80", words.server = "2001:db8::2 80";
        auto const loaded = load_text(text_of(words));
        EXPECT_EQ(loaded.exit_code, loaded.diagnostics.empty() ? 0 : 5);
        return loaded.diagnostics.empty() ? int{loaded.configuration.services.at(0).persistence_prefix} : -1;
    };
    EXPECT_EQ(prefix("255.255.255.0"), 24);
    EXPECT_EQ(prefix("24"), 24);
    EXPECT_EQ(prefix("foo"), -1);
    EXPECT_EQ(prefix("64", true), 64);
    EXPECT_EQ(prefix("128", true), 128);
    for (auto const* wrong : {"0", "129", "255.255.255.0"}) EXPECT_EQ(prefix(wrong, true), -1) << wrong;
}

TEST(Thresholds, BelongToTheServer) {
    auto const loaded = load_text(text_of({.in_server = " uthreshold 100\n lthreshold 60\n"}));
    EXPECT_THAT(places(loaded), IsEmpty());
    auto const& server = loaded.configuration.services.at(0).servers.at(0);
    EXPECT_EQ(server.upper_threshold, 100u);
    EXPECT_EQ(server.lower_threshold, 60u);
    expect_outcomes({
        {{.in_server = " uthreshold -1\n"}, 5, {"bad-number"}},
        {{.in_server = " uthreshold abc\n"}, 5, {"bad-number"}},
        {{.in_server = " uthreshold 2147483647\n"}, 0, {}},
        {{.in_server = " uthreshold 2147483648\n"}, 0, {"bad-number"}},
        {{.in_server = " uthreshold 0\n lthreshold 0\n"}, 0, {}},
        {{.in_server = " uthreshold 5\n lthreshold 10\n"}, 0, {"bad-thresholds"}},
        {{.in_server = " lthreshold 10\n"}, 0, {"bad-thresholds"}},
        {{.service = " uthreshold 10\n"}, 5, {"misplaced-keyword"}},
    });
}

TEST(Thresholds, WhoseLowerIsAboveTheUpperKeepTheUpper) {
    auto const loaded = load_text(text_of({.in_server = " uthreshold 5\n lthreshold 10\n"}));
    EXPECT_EQ(loaded.configuration.services.at(0).servers.at(0).upper_threshold, 5u);
    EXPECT_EQ(loaded.configuration.services.at(0).servers.at(0).lower_threshold, 0u);
}

TEST(Group, HasAddressesRangesAndNetworks) {
    auto const loaded =
        load_group(" 10.0.0.1 80\n 10.0.0.3-5 80\n 10.0.0.254-10.0.1.1 80\n 10.0.2.4/31 80\n 10.0.0.4 80\n");
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_THAT(members_of(loaded),
                ElementsAre("10.0.0.1:80", "10.0.0.3:80", "10.0.0.4:80", "10.0.0.5:80", "10.0.0.254:80",
                            "10.0.0.255:80", "10.0.1.0:80", "10.0.1.1:80", "10.0.2.4:80", "10.0.2.5:80"));
    auto const& service = loaded.configuration.services.at(0);
    EXPECT_EQ(service.key, service.group.front());
    EXPECT_EQ(service.key.protocol, Protocol::tcp);
}

TEST(Group, OfIpv6CountsInHexadecimal) {
    auto const loaded = load_group(" 2001:db8::e-11 80\n 2001:db8:1::/127 80\n 2001:db8:2::ffff-2001:db8:2::1:0 443\n",
                                   {.server = "2001:db8::99"});
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_THAT(members_of(loaded), ElementsAre("[2001:db8::e]:80", "[2001:db8::f]:80", "[2001:db8::10]:80",
                                                "[2001:db8::11]:80", "[2001:db8:1::]:80", "[2001:db8:1::1]:80",
                                                "[2001:db8:2::ffff]:443", "[2001:db8:2::1:0]:443"));
    EXPECT_EQ(loaded.configuration.services.at(0).persistence_prefix, 128);
}

TEST(Group, WithAWrongLineIsServedWithoutIt) {
    for (auto const& [line, code] :
         std::initializer_list<std::pair<char const*, char const*>>{{"10.0.0.5-3 80", "bad-range"},
                                                                    {"10.0.0.5-5 80", "bad-range"},
                                                                    {"10.0.0.9-10.0.0.1 80", "bad-range"},
                                                                    {"10.0.0.9/29 80", "bad-range"},
                                                                    {"2001:db8::9-1 80", "bad-range"},
                                                                    {"10.0.0.0/0 80", "bad-address"},
                                                                    {"10.0.0.0/33 80", "bad-address"},
                                                                    {"10.0.0.1-256 80", "bad-address"},
                                                                    {"10.0.0.1-x 80", "bad-address"},
                                                                    {"10.0.0.1- 80", "bad-address"},
                                                                    {"10.0.0.x 80", "bad-address"},
                                                                    {"10.0.0.9-2001:db8::1 80", "bad-address"},
                                                                    {"2001:db8::1-fffff 80", "bad-address"},
                                                                    {"10.0.0.2 x", "bad-port"},
                                                                    {"10.0.0.2 70000", "bad-port"}}) {
        auto const loaded = load_group(" 10.0.0.1 80\n " + std::string(line) + "\n");
        EXPECT_EQ(places(loaded).size(), 1u) << line;
        EXPECT_NE(find(loaded, code), nullptr) << line << "\n" << render_text(loaded.diagnostics, false);
        EXPECT_EQ(loaded.exit_code, corrected) << line;
        EXPECT_THAT(members_of(loaded), ElementsAre("10.0.0.1:80")) << line;
    }
    EXPECT_EQ(find(load_group(" 10.0.0.9/29 80\n"), "bad-range")->suggestion, "10.0.0.8/29");
}

TEST(Group, WithNothingUsableLeavesItsServiceOut) {
    auto const empty = load_group("");
    EXPECT_THAT(places(empty), ElementsAre("1:1 empty-group"));
    EXPECT_EQ(empty.exit_code, corrected);
    EXPECT_THAT(empty.configuration.services, IsEmpty());
    auto const missing = load_text(text_of({.head = "group H"}));
    EXPECT_THAT(places(missing), ElementsAre("1:22 no-such-group"));
    EXPECT_EQ(missing.exit_code, clean) << "keepalived drops it in silence";
    EXPECT_THAT(missing.configuration.services, IsEmpty());
    EXPECT_EQ(load_group(" fwmark\n").exit_code, missing_argument);
}

TEST(Group, IsServedWithoutItsFirewallMarks) {
    auto const loaded = load_group(" 10.0.0.1 80\n fwmark 7\n fwmark 8\n");
    EXPECT_THAT(places(loaded), ElementsAre("3:2 service-left-out"));
    EXPECT_THAT(members_of(loaded), ElementsAre("10.0.0.1:80"));
    EXPECT_THAT(load_group(" fwmark 7\n").configuration.services, IsEmpty());
}

TEST(Group, MayStandBelowItsServiceAndServeTwo) {
    auto const loaded = load_text(text_of({.head = "group G"}) + text_of({.head = "group G", .protocol = "UDP"}) +
                                  group(" 10.0.0.1 80\n"));
    EXPECT_THAT(places(loaded), IsEmpty());
    ASSERT_EQ(loaded.configuration.services.size(), 2u);
    EXPECT_EQ(loaded.configuration.services[1].group.at(0).protocol, Protocol::udp);
}

TEST(Group, OfSeveralPortsKeepsThePortOfItsServersForTheirChecks) {
    auto const loaded = load_group(" 10.0.0.1 80\n 10.0.0.1 443\n", {.in_server = " TCP_CHECK {\n }\n"});
    EXPECT_THAT(places(loaded), ElementsAre("9:23 port-mismatch"));
    EXPECT_EQ(loaded.exit_code, corrected);
    EXPECT_EQ(loaded.configuration.services.at(0).servers.at(0).checks.at(0).target.text(), "10.0.0.2:80");
    EXPECT_THAT(places(load_group(" 10.0.0.1 80\n 10.0.0.1 443\n", {.server = "10.0.0.2"})), IsEmpty());
}

TEST(Group, OfAllPortsIsPersistent) {
    auto const loaded = load_group(" 10.0.0.1\n", {.server = "10.0.0.2"});
    EXPECT_THAT(places(loaded), ElementsAre("4:1 zero-port"));
    EXPECT_EQ(loaded.exit_code, corrected);
    EXPECT_GT(loaded.configuration.services.at(0).persistence_timeout, 0u);
}

TEST(Group, WithMembersThatNoServerIsOfTheFamilyOfIsServedWithoutThem) {
    auto const loaded = load_group(" 2001:db8::1 80\n 10.0.0.1 80\n");
    EXPECT_THAT(places(loaded), ElementsAre("5:1 mixed-families"));
    EXPECT_EQ(loaded.exit_code, clean);
    EXPECT_THAT(members_of(loaded), ElementsAre("10.0.0.1:80"));
    EXPECT_EQ(loaded.configuration.services.at(0).key.endpoint.text(), "10.0.0.1:80");
    EXPECT_THAT(load_group(" 2001:db8::1 80\n").configuration.services, IsEmpty());
}

TEST(Group, GivesAwayAnAddressThatAnotherServiceHas) {
    auto const loaded =
        load_text(group(" 10.0.0.1-3 80\n") + text_of({.head = "10.0.0.1 80"}) + text_of({.head = "group G"}));
    EXPECT_EQ(count(loaded, "duplicate-service"), 1u);
    ASSERT_EQ(loaded.configuration.services.size(), 2u);
    EXPECT_EQ(loaded.configuration.services[1].group.size(), 2u);
    EXPECT_EQ(loaded.configuration.services[1].key.endpoint.text(), "10.0.0.2:80");
}

TEST(Group, EndsWhereThePacketPathHasNoRoomForMore) {
    auto const loaded = load_group(" 10.0.0.0/8 80\n 2001:db8::/32 80\n");
    EXPECT_EQ(count(loaded, "large-group"), 1u);
    EXPECT_EQ(members_of(loaded).size(), most_group_members);
}

TEST(Group, OfTwoWithOneNameTheFirstCounts) {
    auto const loaded = load_text(group(" 10.0.0.1 80\n") + group(" 10.0.0.9 80\n") + text_of({.head = "group G"}));
    EXPECT_THAT(places(loaded), ElementsAre("4:1 duplicate-group"));
    EXPECT_THAT(members_of(loaded), ElementsAre("10.0.0.1:80"));
}

}  // namespace
}  // namespace drover::config
