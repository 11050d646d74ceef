// Blocks, keywords and values: what is wrong is named once, and the outcome is keepalived's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/io/host_files.h"
#include "config/vocabulary.h"
#include "fixture.h"

namespace drover::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Tree, SkipsAnUnknownBlockToItsOwnEnd) {
    auto const loaded = load_text("local_address_group g {\n 10.0.0.9\n inner {\n  }\n}\n" + instance());
    EXPECT_THAT(places(loaded), ElementsAre("1:1 unknown-keyword"));
    EXPECT_EQ(loaded.configuration.instances.size(), 1u);
}

TEST(Tree, NamesABlockThatIsNeverClosedOnce) {
    for (auto const& [text, place] : std::initializer_list<std::pair<std::string, char const*>>{
             {"vrrp_instance A {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n 10.0.0.7\n }\n" +
                  instance(),
              "1:1 unclosed-block"},
             {"vrrp_instance A {\n    interface eth0\n    virtual_router_id 1\n    virtual_ipaddress {\n        "
              "10.0.0.7\n}\n" +
                  instance(),
              "4:5 unclosed-block"},
             {"vrrp_instance A {\n    interface eth0\n    virtual_router_id 1\n    virtual_ipaddress {\n        "
              "10.0.0.7\n    nopreempt\n}\n" +
                  instance(),
              "4:5 unclosed-block"}}) {
        auto const loaded = load_text(text);
        EXPECT_THAT(places(loaded), ElementsAre(place)) << text;
        EXPECT_EQ(loaded.configuration.instances.size(), 2u) << text;
    }
}

TEST(Tree, NamesABraceTooMuch) {
    EXPECT_THAT(places(load_text(instance() + "}\n" + service())), ElementsAre("8:1 extra-brace"));
    EXPECT_THAT(places(load_text("{\n a\n}\n" + instance())), ElementsAre("1:1 stray-brace"));
}

TEST(Tree, NamesABlockWithoutItsBeginningAndGoesOnBehindIt) {
    auto const loaded =
        load_text("vrrp_instance V\n interface eth0\n virtual_ipaddress {\n 10.0.0.9\n }\n}\n" + instance());
    EXPECT_THAT(places(loaded), ElementsAre("1:1 missing-brace"));
    EXPECT_EQ(loaded.configuration.instances.size(), 1u);
    EXPECT_THAT(places(load_text(service({}, "        TCP_CHECK\n"))), ElementsAre("6:9 missing-block"));
}

TEST(Tree, AWordInTheWrongPlaceGetsOneMessage) {
    EXPECT_THAT(places(load_text(instance("    sorry_server 10.0.0.4 80\n"))), ElementsAre("7:5 misplaced-keyword"));
    EXPECT_THAT(places(load_text("real_server 1.1.1.1 80 {\n TCP_CHECK {\n }\n}\n" + instance())),
                ElementsAre("1:1 misplaced-keyword"));
    EXPECT_THAT(places(load_text(instance("    priority 100 {\n x\n }\n"))), Contains("7:5 unexpected-block"));
}

TEST(Keywords, WithoutTheirArgumentEndTheReading) {
    for (auto const* line : {"priority", "interface", "unicast_src_ip", "debug", "notify_master"})
        EXPECT_EQ(load_text(instance(std::string(" ") + line + "\n")).exit_code, missing_argument) << line;
    EXPECT_EQ(load_text("vrrp_instance {\n}\n").exit_code, missing_argument);
}

TEST(Keywords, RepeatedOnesAreNotedAndTheLastCounts) {
    auto const loaded = load_text(instance(" priority 10\n priority 20\n"));
    EXPECT_THAT(places(loaded), ElementsAre("8:2 repeated-keyword"));
    EXPECT_EQ(loaded.configuration.instances.at(0).priority, 20);
    EXPECT_EQ(loaded.exit_code, clean);
}

TEST(Keywords, ExtraWordsAreNamedAndDoNotCount) {
    auto const loaded = load_text(instance(" priority 100 200\n"));
    EXPECT_THAT(places(loaded), ElementsAre("7:15 extra-words"));
    EXPECT_EQ(loaded.exit_code, clean);
}

TEST(Keywords, NotCarriedOutYetAreNotedOnceAndDoNotCount) {
    auto const loaded = load_text("global_defs {\n enable_snmp_vrrp\n vrrp_rt_priority 50\n}\n" +
                                  instance(" vrf red\n old_unicast_checksum\n use_ipvlan\n"));
    EXPECT_THAT(places(loaded), ElementsAre("2:2 not-yet", "11:2 not-yet", "12:2 not-yet", "13:2 not-yet"));
    EXPECT_EQ(loaded.exit_code, clean);
}

TEST(Keywords, OfTheTableStandOnceAndInOrder) {
    for (auto const* context : all_contexts()) {
        EXPECT_TRUE(std::ranges::is_sorted(context->keywords, {}, &Keyword::word)) << context->name;
        for (auto const& keyword : context->keywords) {
            EXPECT_EQ(context->find(keyword.word), &keyword) << keyword.word << " stands twice";
            if (keyword.treatment == Treatment::old_name || keyword.treatment == Treatment::gone)
                EXPECT_FALSE(keyword.remark.empty()) << keyword.word;
        }
    }
}

struct Outcome {
    char const* line;
    char const* code;
    int exit_code;
};

TEST(Instance, WrongValuesHaveKeepalivedsOutcome) {
    constexpr Outcome outcomes[] = {
        {"state backup", "bad-word", 5},
        {"priority 0", "bad-number", 5},
        {"priority 0x64", "bad-number", 5},
        {"virtual_router_id 256", "bad-number", 5},
        {"advert_int 1s", "bad-time", 5},
        {"advert_int 0.5", "advert-interval", 5},
        {"advert_int 300", "bad-time", 5},
        {"version 4", "bad-number", 5},
        {"preempt_delay 5000", "bad-time", 5},
        {"nopreempt\n state MASTER", "nopreempt-master", 5},
        {"nopreempt\n preempt_delay 5", "preempt-delay", 5},
        {"mcast_src_ip 10.9.8", "bad-address", 5},
        {"garp_master_repeat 0", "bad-number", 5},
        {"garp_master_delay abc", "bad-time", 5},
        {"track_interface {\n eth0\n }", "own-interface", 5},
        {"track_interface {\n eth1 weight 300\n }", "bad-number", 5},
        {"track_script {\n nope\n }", "no-such-script", 5},
        {"virtual_ipaddress {\n 2001:db8::1\n }", "mixed-families", 5},
        {"virtual_ipaddress {\n 10.0.0.2/33\n }", "bad-prefix", 5},
        {"virtual_ipaddress {\n 10.0.0.2 foo\n }", "unknown-option", 5},
        {"virtual_ipaddress {\n 10.0.0.2 label eth0:12345678901\n }", "long-label", 5},
        {"virtual_ipaddress {\n 10.0.0.2 brd x\n }", "bad-address", 5},
        {"virtual_routes {\n default gw 10.0.0.9 dev eth0\n }", "deprecated", 5},
        {"virtual_routes {\n 10.0.0.5/24 dev eth0\n }", "route-host-bits", 5},
        {"virtual_routes {\n 10.5.0.0/16 bogus 1\n }", "unknown-option", 5},
        {"virtual_rules {\n from 10.0.0.0/8 table 1\n }", "rule-without-preference", 5},
        {"authentication {\n auth_type PASS\n }", "no-password", 5},
        {"authentication {\n auth_type FOO\n auth_pass x\n }", "bad-word", 5},
        {"authentication {\n auth_type AH\n }", "no-password", 5},
        {"version 3\n advert_int 41", "advert-interval", 5},
        {"down_timer_adverts 0", "bad-number", 5},
        {"authentication {\n auth_pass x\n }", "no-auth-type", 0},
        {"version 3\n authentication {\n auth_type PASS\n auth_pass x\n }", "no-authentication", 5},
        {"unicast_src_ip 10.0.0.9", "no-unicast-peer", 5},
        {"unicast_peer {\n 10.0.0.9\n 2001:db8::9\n }", "bad-address", 5},
        {"lvs_sync_daemon_interface eth0", "deprecated", 5},
    };
    for (auto const& outcome : outcomes) {
        auto const loaded = load_text(instance(std::string(" ") + outcome.line + "\n"));
        EXPECT_NE(find(loaded, outcome.code), nullptr) << outcome.line << "\n"
                                                       << render_text(loaded.diagnostics, false);
        EXPECT_EQ(loaded.exit_code, outcome.exit_code) << outcome.line << "\n"
                                                       << render_text(loaded.diagnostics, false);
    }
}

TEST(Instance, OfTwoWithOneIdentityTheFirstStays) {
    auto const name = load_text(instance() + instance(" virtual_router_id 7\n"));
    EXPECT_EQ(count(name, "duplicate-instance"), 1u);
    EXPECT_EQ(name.configuration.instances.size(), 1u);
    auto const vrid = load_text(
        instance() +
        "vrrp_instance V2 {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n 10.0.0.2\n }\n}\n");
    EXPECT_EQ(count(vrid, "duplicate-vrid"), 1u);
    EXPECT_EQ(vrid.exit_code, corrected);
}

TEST(Instance, TakesDefaultsFromGlobalDefs) {
    auto const loaded =
        load_text(instance({},
                           "global_defs {\n vrrp_garp_master_delay 1.5\n vrrp_garp_master_repeat 2\n vrrp_mcast_group4 "
                           "224.0.0.81\n vrrp_skip_check_adv_addr\n lvs_timeouts tcp 100 udp 7\n}\n"));
    EXPECT_THAT(places(loaded), IsEmpty());
    auto const& instance = loaded.configuration.instances.at(0);
    EXPECT_EQ(instance.garp.delay, 1500ms);
    EXPECT_EQ(instance.garp.repeat, 2);
    EXPECT_EQ(instance.multicast_group.text(), "224.0.0.81");
    EXPECT_TRUE(instance.skip_check_adv_addr);
    EXPECT_EQ(loaded.configuration.global.timeouts, (model::Timeouts{100, 120, 7}));
}

TEST(Timeouts, WrongOnesHaveKeepalivedsOutcome) {
    constexpr Outcome outcomes[] = {
        {"tcp 2678401", "bad-timeout", 5}, {"tcp -1", "bad-timeout", 5},    {"tcp abc", "bad-timeout", 5},
        {"udp 7 tcp", "bad-timeout", 5},   {"tcp 5 foo", "bad-timeout", 5}, {"tcp 2678400", "bad-timeout", 0},
    };
    for (auto const& outcome : outcomes) {
        auto const loaded = load_text("global_defs {\n lvs_timeouts " + std::string(outcome.line) + "\n}\n");
        EXPECT_EQ(places(loaded).size(), 1u) << outcome.line;
        EXPECT_NE(find(loaded, outcome.code), nullptr) << outcome.line;
        EXPECT_EQ(loaded.exit_code, outcome.exit_code) << outcome.line;
        EXPECT_EQ(loaded.configuration.global.timeouts.tcpfin, 120u);
    }
    auto const zero = load_text("global_defs {\n lvs_timeouts tcp 0 tcpfin 2073600 udp 1\n}\n");
    EXPECT_THAT(places(zero), IsEmpty());
    EXPECT_EQ(zero.configuration.global.timeouts, (model::Timeouts{900, 2073600, 1}));
}

TEST(Service, WrongValuesHaveKeepalivedsOutcome) {
    constexpr Outcome outcomes[] = {
        {"lb_algo RR", "bad-word", 5},
        {"lb_kind dr", "bad-word", 5},
        {"protocol FOO", "bad-word", 5},
        {"delay_loop 0", "bad-time", 5},
        {"delay_loop abc", "bad-time", 5},
        {"persistence_timeout 0", "bad-number", 5},
        {"persistence_granularity 255.0.255.0", "bad-netmask", 5},
        {"quorum 0", "bad-number", 5},
        {"quorum 5", "quorum-too-high", 5},
        {"hysteresis 1", "hysteresis-too-high", 5},
        {"weight -5", "bad-number", 5},
        {"nat_mask 255.255.255.0", "obsolete-keyword", 5},
        {"real_server 10.0.0.2 80 {\n }", "duplicate-server", 5},
        {"real_server 10.0.0.x 80 {\n }", "bad-address", 5},
        {"real_server 2001:db8::1 80 {\n }", "mixed-families", 5},
        {"real_server 10.0.0.3 81 {\n }", "port-reset", 5},
        {"real_server 10.0.0.3 70000 {\n }", "bad-port", 5},
        {"lb_kind NAT", "service-left-out", 0},
        {"sorry_server 10.0.0.9 80", "not-yet", 0},
    };
    for (auto const& outcome : outcomes) {
        auto const loaded = load_text(service(std::string("    ") + outcome.line + "\n"));
        EXPECT_NE(find(loaded, outcome.code), nullptr) << outcome.line << "\n"
                                                       << render_text(loaded.diagnostics, false);
        EXPECT_EQ(loaded.exit_code, outcome.exit_code) << outcome.line << "\n"
                                                       << render_text(loaded.diagnostics, false);
    }
}

TEST(Service, WithoutProtocolIsUdpAndWithoutKindIsLeftOut) {
    auto const udp =
        load_text("virtual_server 10.0.0.1 80 {\n lb_algo rr\n lb_kind DR\n real_server 10.0.0.2 80 {\n }\n}\n");
    EXPECT_EQ(udp.configuration.services.at(0).key.protocol, Protocol::udp);
    EXPECT_EQ(find(udp, "no-protocol")->suggestion, "protocol TCP");
    auto const nat =
        load_text("virtual_server 10.0.0.1 80 {\n lb_algo rr\n protocol TCP\n real_server 10.0.0.2 80 {\n }\n}\n");
    EXPECT_THAT(nat.configuration.services, IsEmpty());
    EXPECT_THAT(places(nat), ElementsAre("1:1 no-forwarding"));
}

TEST(Service, KindsThatAreNotCarriedOutAreLeftOutAndNamedOnceEach) {
    std::string text;
    for (auto const* head : {"fwmark 1", "fwmark 2", "10.0.0.1 80", "10.0.0.3 80", "10.0.0.4 80"})
        text += std::string("virtual_server ") + head + " {\n lb_algo rr\n protocol TCP\n lb_kind " +
                (head[0] == 'f'   ? "DR"
                 : head[7] == '1' ? "NAT"
                 : head[7] == '3' ? "TUN"
                                  : "REFLECT") +
                "\n real_server 10.0.0.2 80 {\n }\n}\n";
    auto const loaded = load_text(text);
    EXPECT_EQ(count(loaded, "service-left-out"), 4u);
    EXPECT_EQ(find(loaded, "service-left-out")->also.size(), 1u);
    EXPECT_THAT(loaded.configuration.services, IsEmpty());
    EXPECT_EQ(loaded.exit_code, clean);
}

TEST(Check, InheritsFromServerAndServiceInThatOrder) {
    auto const loaded = load_text(service("    delay_loop 10\n    retry 5\n    connect_timeout 9\n    virtualhost a\n",
                                          "        retry 2\n        HTTP_GET {\n            url {\n                "
                                          "path /\n                status_code 200-299 404\n            }\n"
                                          "            connect_timeout 1.5\n            connect_port 8080\n            "
                                          "http_protocol 1.1\n        }\n        TCP_CHECK {\n        }\n"));
    EXPECT_THAT(places(loaded), IsEmpty());
    auto const& checks = loaded.configuration.services.at(0).servers.at(0).checks;
    ASSERT_EQ(checks.size(), 2u);
    auto const& http = std::get<model::HttpCheck>(checks[0].what);
    EXPECT_EQ(checks[0].timing, (model::CheckTiming{10s, 1500ms, 3s, 2, 10s}));
    EXPECT_EQ(checks[0].target.text(), "10.0.0.2:8080");
    EXPECT_EQ(http.virtual_host, "a");
    EXPECT_EQ(http.protocol, model::HttpProtocol::http_1_1);
    EXPECT_THAT(http.urls.at(0).status, ElementsAre(std::pair(200, 299), std::pair(404, 404)));
    EXPECT_EQ(checks[1].timing, (model::CheckTiming{10s, 9s, 1s, 2, 10s}));
}

TEST(Check, WrongValuesAreNamed) {
    auto const loaded =
        load_text(service({},
                          "        HTTP_GET {\n            url {\n                path /\n                digest xyz\n "
                          "               status_code abc\n            }\n            url {\n            }\n"
                          "            http_protocol 1.2\n            nb_get_retry 3\n        }\n        HTTP_GET {\n  "
                          "      }\n        TCP_CHECK {\n            nb_get_retry 3\n        }\n"));
    EXPECT_THAT(places(loaded), ElementsAre("9:24 bad-digest", "10:29 bad-status", "12:13 no-path", "14:27 bad-word",
                                            "15:13 deprecated", "17:9 no-url", "20:13 obsolete-keyword"));
    EXPECT_EQ(loaded.configuration.services.at(0).servers.at(0).checks.at(0).timing.retry, 3);
    EXPECT_EQ(loaded.configuration.services.at(0).servers.at(0).checks.at(1).timing.retry, 1);
}

TEST(Rendering, UnderlinesWideCharactersAndTabs) {
    auto const loaded = load_text("\xe4\xb8\xbb\xe8\x8a\x82 x\n\tfoo\n");
    EXPECT_EQ(
        render_text(loaded.diagnostics, false),
        "/etc/test.conf:1:1: warning: `\xe4\xb8\xbb\xe8\x8a\x82` is no keyword outside any block; it is ignored\n    "
        "\xe4\xb8\xbb\xe8\x8a\x82 x\n    ^~~~\n"
        "/etc/test.conf:2:2: warning: `foo` is no keyword outside any block; it is ignored\n    \tfoo\n    \t^~~\n");
}

TEST(Rendering, IsSafeForTerminalsAndJsonWhateverTheFileHolds) {
    auto const loaded = load_text("fo\033[31mo\xd6\xf7 \"\\\x01\n");
    auto const text = render_text(loaded.diagnostics, false);
    EXPECT_EQ(text.find('\033'), std::string::npos);
    EXPECT_EQ(text.find('\x01'), std::string::npos);
    auto const json = render_json(loaded.diagnostics, loaded.exit_code);
    EXPECT_EQ(json.find('\xd6'), std::string::npos);
    EXPECT_THAT(json, HasSubstr("\"exit_code\":5"));
    EXPECT_THAT(json, HasSubstr("\"code\":\"unknown-keyword\""));
    EXPECT_THAT(json, HasSubstr("\"suggestion\":null"));
}

TEST(Rendering, TellsFurtherPlaces) {
    auto const loaded = load_text(service("    nat_mask 1\n    nat_mask 2\n"));
    EXPECT_THAT(render_text(loaded.diagnostics, false), HasSubstr("    also: line 6\n"));
    EXPECT_THAT(render_text(loaded.diagnostics, true), HasSubstr("\033[1;35mwarning:\033[0m"));
}

TEST(ThisHost, FindsGatewaysInTheKernelsTable) {
    auto const gateways = default_gateways(
        "Iface\tDestination\tGateway \tFlags\n"
        "eth0\t00000000\t016133AC\t0003\t0\n"
        "eth0\t006033AC\t00000000\t0001\t0\n");
    EXPECT_THAT(gateways, ElementsAre(Address::parse("172.51.97.1").value()));
}

TEST(ThisHost, KnowsProgramsAndUsers) {
    ThisHost const host("id");
    EXPECT_EQ(host.config_id(), "id");
    EXPECT_EQ(host.script("/no/such/program"), ScriptState::missing);
    EXPECT_EQ(host.script("/etc/passwd"), ScriptState::not_executable);
    EXPECT_TRUE(host.has_user("root"));
    EXPECT_FALSE(host.has_user("nobody-of-this-name"));
    EXPECT_TRUE(host.interfaces()->contains("lo"));
}

}  // namespace
}  // namespace drover::config
