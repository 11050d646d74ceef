// Words of drover's own (docs/drover.conf.md): what they become, and where they may stand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string globals(std::string const& words) { return "global_defs {\n" + words + "}\n"; }

std::vector<std::string> texts(std::vector<Prefix> const& prefixes) {
    std::vector<std::string> all;
    for (auto const& prefix : prefixes) all.push_back(prefix.text());
    return all;
}

model::Service const& only_service(Loaded const& loaded) { return loaded.configuration.services.at(0); }

TEST(OwnWords, OfGlobalDefsSetLimits) {
    auto const loaded = load_text(globals(" drop_entry 3\n conn_max 4000000\n flood_rate 50000\n"));
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_EQ(loaded.configuration.global.limits, (model::Limits{3, 4'000'000, 50'000}));
}

TEST(OwnWords, OfGlobalDefsTellHowPacketsAreTaken) {
    using enum model::Taking;
    for (auto const& [word, taking] : {std::pair{"native", native}, {"tc", tc}, {"generic", generic}}) {
        auto const loaded = load_text(globals(std::string(" dataplane ") + word + "\n"));
        EXPECT_THAT(places(loaded), IsEmpty());
        EXPECT_EQ(loaded.configuration.global.taking, taking);
    }
    EXPECT_EQ(load_text(globals("")).configuration.global.taking, std::nullopt);
}

TEST(OwnWords, OutOfTheirRangeAreNamedAndHaveNoEffect) {
    for (auto const* line : {"drop_entry 4", "drop_entry -1", "conn_max x", "conn_max 4294967296",
                             "flood_rate 4294967296", "sloppy_tcp 1", "dataplane xdp", "dataplane TC"}) {
        auto const loaded = load_text(globals(std::string(" ") + line + "\n"));
        EXPECT_EQ(loaded.diagnostics.size(), 1u) << line;
        EXPECT_EQ(loaded.configuration.global, model::Global{}) << line;
    }
    for (auto const* line : {"slow_start -1", "slow_start 86401", "allow 10.0.0.0/33", "deny host", "sh_even 2",
                             "expire_nodest_conn maybe"}) {
        auto const loaded = load_text(service(std::string("    ") + line + "\n"));
        EXPECT_EQ(loaded.diagnostics.size(), 1u) << line << render_text(loaded.diagnostics, false);
        EXPECT_EQ(only_service(loaded), only_service(load_text(service()))) << line;
    }
    EXPECT_EQ(load_text(globals(" conn_max\n")).exit_code, missing_argument);
    EXPECT_EQ(load_text(service("    allow\n")).exit_code, missing_argument);
}

TEST(OwnWords, OfGlobalDefsAreTheDefaultsOfEveryServiceWhereverTheyStand) {
    auto const loaded = load_text(service("    sloppy_tcp off\n    expire_quiescent_template\n") +
                                  globals(" expire_nodest_conn\n sloppy_tcp on\n sloppy_sctp yes\n"));
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_EQ(loaded.configuration.global.behaviour,
              (model::Behaviour{.expire_nodest_conn = true, .sloppy_tcp = true, .sloppy_sctp = true}));
    EXPECT_EQ(only_service(loaded).behaviour,
              (model::Behaviour{.expire_nodest_conn = true, .expire_quiescent_template = true, .sloppy_sctp = true}));
}

TEST(OwnWords, AllowAndDenyAddUp) {
    auto const loaded =
        load_text(service("    allow 10.0.0.0/8 192.0.2.1\n    deny 10.1.0.0/16\n    allow 198.51.100.0/24\n"));
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_THAT(texts(only_service(loaded).allow), ElementsAre("10.0.0.0/8", "192.0.2.1/32", "198.51.100.0/24"));
    EXPECT_THAT(texts(only_service(loaded).deny), ElementsAre("10.1.0.0/16"));
}

TEST(OwnWords, AllowTakesTheNetworkOfAnAddressInIt) {
    auto const loaded = load_text(service("    allow 10.1.2.3/8\n"));
    EXPECT_THAT(places(loaded), ElementsAre("5:11 bad-prefix"));
    EXPECT_THAT(texts(only_service(loaded).allow), ElementsAre("10.0.0.0/8"));
}

TEST(OwnWords, NameAPrefixThatIsAllowedAndDenied) {
    EXPECT_THAT(places(load_text(service("    allow 10.0.0.0/8\n    deny 10.0.0.0/8\n"))),
                ElementsAre("1:1 allowed-and-denied"));
}

TEST(OwnWords, NameASchedulerThatHasNoUseForThem) {
    EXPECT_THAT(places(load_text(service("    sh_even\n"))), ElementsAre("1:1 no-effect"));
    EXPECT_THAT(places(load_text(service("    slow_start 30\n"))), ElementsAre("1:1 no-effect"));
    EXPECT_THAT(places(load_text(service("    random_start\n"))), IsEmpty());
    for (auto const* scheduler : {"lc", "wlc", "sed", "nq"}) {
        auto const loaded =
            load_text("virtual_server 10.0.0.1 80 {\n lb_algo " + std::string(scheduler) +
                      "\n lb_kind DR\n protocol TCP\n slow_start 30\n real_server 10.0.0.2 80 {\n weight 100\n }\n}\n");
        EXPECT_THAT(places(loaded), IsEmpty()) << scheduler;
        EXPECT_EQ(only_service(loaded).slow_start, 30u);
    }
}

TEST(OwnWords, NoteASlowStartOfServersThatHaveNothingToRiseFrom) {
    auto const load_with = [](std::string const& scheduler) {
        return load_text("virtual_server 10.0.0.1 80 {\n lb_algo " + scheduler +
                         "\n lb_kind DR\n protocol TCP\n slow_start 30\n real_server 10.0.0.2 80 {\n }\n}\n");
    };
    EXPECT_THAT(places(load_with("wlc")), ElementsAre("1:1 no-effect"));
    EXPECT_EQ(load_with("wlc").exit_code, clean);
    EXPECT_THAT(places(load_with("lc")), IsEmpty()) << "it has no weights";
}

Loaded load_files(std::map<std::string, std::string> files, std::string const& path) {
    FakeFiles all;
    all.files = std::move(files);
    return load(path, all, FakeHost{});
}

TEST(OwnWords, AreNotedWhereKeepalivedWouldReadThem) {
    auto const text = globals(" conn_max 5\n") + service("    deny 192.0.2.0/24\n");
    auto const loaded = load_files({{"/etc/keepalived/keepalived.conf", text}}, "/etc/keepalived/keepalived.conf");
    EXPECT_THAT(places(loaded), ElementsAre("2:2 own-word"));
    EXPECT_EQ(loaded.diagnostics.at(0).severity, Severity::note);
    EXPECT_EQ(loaded.diagnostics.at(0).also.size(), 1u);
    EXPECT_THAT(loaded.diagnostics.at(0).message, HasSubstr("drover.conf"));
    EXPECT_EQ(loaded.configuration.global.limits.conn_max, 5u);
    EXPECT_THAT(places(load_files({{"/etc/drover/drover.conf", text}}, "/etc/drover/drover.conf")), IsEmpty());
}

TEST(OwnWords, OfABlockOfTheirOwnAreAddedToTheServiceOfThatName) {
    auto const loaded = load_files(
        {{"/etc/keepalived/keepalived.conf",
          service() +
              "virtual_server 10.0.0.1 80 {\n lb_algo rr\n lb_kind DR\n protocol UDP\n real_server 10.0.0.2 80 {\n "
              "}\n}\n"},
         {"/etc/drover/drover.conf",
          "include /etc/keepalived/keepalived.conf\nvirtual_server 10.0.0.1 80 {\n protocol "
          "tcp\n deny 192.0.2.0/24\n expire_nodest_conn\n}\n"}},
        "/etc/drover/drover.conf");
    EXPECT_THAT(places(loaded), IsEmpty());
    ASSERT_EQ(loaded.configuration.services.size(), 2u);
    EXPECT_THAT(texts(loaded.configuration.services[0].deny), ElementsAre("192.0.2.0/24"));
    EXPECT_TRUE(loaded.configuration.services[0].behaviour.expire_nodest_conn);
    EXPECT_THAT(loaded.configuration.services[1].deny, IsEmpty()) << "it is UDP";
}

TEST(OwnWords, OfABlockWithoutAProtocolAreAddedToEveryServiceOfThatName) {
    auto const loaded = load_text(
        "virtual_server group G {\n sloppy_tcp\n}\nvirtual_server_group G {\n 10.0.0.1 80\n}\n"
        "virtual_server group G {\n lb_algo rr\n lb_kind DR\n protocol TCP\n real_server 10.0.0.2 "
        "80 {\n }\n}\n");
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_TRUE(only_service(loaded).behaviour.sloppy_tcp);
}

TEST(OwnWords, ThatAreAddedToNothingAreNamed) {
    for (auto const* head : {"10.0.0.9 80 {", "10.0.0.1 81 {", "10.0.0.1 80 {\n protocol SCTP", "group G {"}) {
        auto const loaded = load_text(service() + "virtual_server " + std::string(head) + "\n deny 192.0.2.0/24\n}\n");
        EXPECT_THAT(places(loaded), ElementsAre("8:1 no-such-service")) << head;
        EXPECT_EQ(loaded.configuration.services.size(), 1u);
        EXPECT_THAT(only_service(loaded).deny, IsEmpty()) << head;
    }
}

TEST(OwnWords, ThatAreAddedToTwoServicesAreJudgedOnce) {
    auto const second =
        "virtual_server 10.0.0.1 80 {\n lb_algo rr\n lb_kind DR\n protocol UDP\n real_server 10.0.0.2 80 {\n }\n}\n";
    auto const loaded = load_text(service() + second + "virtual_server 10.0.0.1 80 {\n deny x y\n}\n");
    EXPECT_THAT(places(loaded), ElementsAre("16:7 bad-prefix", "16:9 bad-prefix"));
}

}  // namespace
}  // namespace drover::config
