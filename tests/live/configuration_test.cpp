#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands.h"

namespace drover::live {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace edit = model::edit;

/// 10.0.0.100:80 rr with servers .11 and .12, configured, and alice at the keyboard.
class ConfiguredTable : public ::testing::Test {
protected:
    ConfiguredTable() {
        configured_.services = {{service(web(), "rr"), {server(at("10.0.0.11", 80)), server(at("10.0.0.12", 80))}}};
        EXPECT_THAT(reload(), IsEmpty());
    }
    void type(model::Edit const& edit) { EXPECT_EQ(table_.apply(edit, someone()).refusal, ""); }
    std::vector<std::string> reload() { return table_.configure(configured_); }
    std::vector<model::LiveServer>& servers() { return configured_.services[0].servers; }

    Configured configured_;
    Table table_{mtu_of};
};

TEST_F(ConfiguredTable, IsChangedLikeAnyOther) {
    EXPECT_EQ(table_.apply(add(web())).refusal, "Service already exists");
    type(change(web(), server(at("10.0.0.11", 80), 0)));
    type(remove(web(), at("10.0.0.12", 80)));
    type(add(web(), server(at("10.0.0.13", 80))));
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 rr: 10.0.0.13:80 w1 10.0.0.11:80 w0"));
    EXPECT_EQ(table_.find(web())->server_change(at("10.0.0.11", 80))->by->user, "alice");
}

TEST_F(ConfiguredTable, KeepsChangesOverAReloadThatSaysTheSame) {
    type(change(web(), server(at("10.0.0.11", 80), 0)));
    type(add(web(), server(at("10.0.0.13", 80))));
    type(add(tcp("10.0.0.1", 1)));
    servers().push_back(server(at("10.0.0.14", 80)));
    EXPECT_THAT(reload(), IsEmpty());
    EXPECT_THAT(seen(table_),
                ElementsAre("tcp 10.0.0.100:80 rr: 10.0.0.13:80 w1 10.0.0.14:80 w1 10.0.0.12:80 w1 10.0.0.11:80 w0",
                            "tcp 10.0.0.1:1 wlc:"));
}

TEST_F(ConfiguredTable, GoesByTheConfigurationWhereThatSaysSomethingElseNow) {
    type(change(web(), server(at("10.0.0.11", 80), 0)));
    type(change(web(), server(at("10.0.0.12", 80), 0)));
    servers()[0].weight = 5;
    EXPECT_THAT(reload(), ElementsAre("service [10.0.0.100]:tcp:80: server 10.0.0.11:80 changed by alice (pid 77), and "
                                      "the configuration says something else of it now: the configuration counts"));
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 rr: 10.0.0.12:80 w0 10.0.0.11:80 w5"));
}

TEST_F(ConfiguredTable, SaysThatBothNameAService) {
    type(add(tcp("10.0.0.1", 80), "sh"));
    type(add(tcp("10.0.0.1", 80), server(at("10.0.0.15", 80))));
    configured_.services.push_back({service(tcp("10.0.0.1", 80), "rr"), {server(at("10.0.0.11", 80))}});
    EXPECT_THAT(reload(), ElementsAre("service [10.0.0.1]:tcp:80 was made by alice (pid 77) and is configured now: "
                                      "the configuration counts"));
    EXPECT_EQ(seen(table_).at(1), "tcp 10.0.0.1:80 rr: 10.0.0.11:80 w1");
}

TEST_F(ConfiguredTable, LetsAServiceGoWithItsConfiguration) {
    type(change(web(), server(at("10.0.0.11", 80), 0)));
    type(add(web(), server(at("10.0.0.13", 80))));
    configured_.services.clear();
    reload();
    EXPECT_THAT(seen(table_), IsEmpty());
    EXPECT_EQ(table_.find(web()), nullptr);
}

TEST_F(ConfiguredTable, KeepsAServiceAwayThatWasTakenAway) {
    type(remove(web()));
    EXPECT_THAT(reload(), IsEmpty());
    EXPECT_THAT(seen(table_), IsEmpty());
    ASSERT_EQ(table_.removed().size(), 1u);
    configured_.services[0].service.scheduler = "wrr";
    EXPECT_THAT(reload(),
                ElementsAre("service [10.0.0.100]:tcp:80 was taken away by alice (pid 77), and the configuration "
                            "says something else of it now: the configuration counts"));
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 wrr: 10.0.0.12:80 w1 10.0.0.11:80 w1"));
}

TEST_F(ConfiguredTable, HasAnEmptyServiceAfterRemovingAndAddingIt) {
    type(edit::Clear{});
    type(add(web(), "rr"));
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 rr:"));
    type(add(web(), server(at("10.0.0.12", 80))));
    EXPECT_THAT(reload(), IsEmpty());
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 rr: 10.0.0.12:80 w1"));
}

TEST_F(ConfiguredTable, IsUnchangedWhenSetBack) {
    type(change(web(), server(at("10.0.0.11", 80), 0)));
    type(change(web(), server(at("10.0.0.11", 80), 1)));
    type(change(web(), "sh"));
    type(change(web(), "rr"));
    type(remove(web(), at("10.0.0.12", 80)));
    type(add(web(), server(at("10.0.0.12", 80))));
    type(edit::SetTimeouts{{30, 0, 0}});
    type(edit::SetTimeouts{{900, 0, 0}});
    EXPECT_THAT(table_.records(), IsEmpty());
    EXPECT_EQ(table_.timeouts_by(), nullptr);
}

TEST_F(ConfiguredTable, KeepsOwnFlagsThatIpvsadmHasNoWordFor) {
    configured_.services[0].service.flags.random_start = true;
    reload();
    type(change(web(), "wrr"));
    EXPECT_TRUE(table_.find(web())->now()->flags.random_start);
    type(change(web(), "rr"));
    EXPECT_THAT(table_.records(), IsEmpty());
}

TEST_F(ConfiguredTable, SetsTimeoutsUntilTheyAreConfiguredOtherwise) {
    type(edit::SetTimeouts{{30, 0, 0}});
    EXPECT_THAT(reload(), IsEmpty());
    EXPECT_EQ(table_.timeouts().tcp, 30u);
    EXPECT_EQ(table_.timeouts_by()->user, "alice");
    configured_.timeouts.udp = 77;
    EXPECT_THAT(reload(),
                ElementsAre("the timeouts were set by alice (pid 77), and the configuration says something else of "
                            "them now: the configuration counts"));
    EXPECT_EQ(table_.timeouts(), (model::Timeouts{900, 120, 77}));
}

TEST_F(ConfiguredTable, GoesBackToTheConfigurationWhenAsked) {
    type(change(web(), server(at("10.0.0.11", 80), 0)));
    type(add(web(), server(at("10.0.0.13", 80))));
    type(edit::SetTimeouts{{30, 0, 0}});
    type(add(tcp("10.0.0.1", 1)));
    EXPECT_THAT(
        table_.discard_changes(),
        ElementsAre("service [10.0.0.100]:tcp:80: server 10.0.0.11:80 changed by alice (pid 77) is as configured again",
                    "service [10.0.0.100]:tcp:80: server 10.0.0.13:80 changed by alice (pid 77) is as configured again",
                    "the timeouts set by alice (pid 77) are as configured again"));
    EXPECT_THAT(seen(table_),
                ElementsAre("tcp 10.0.0.100:80 rr: 10.0.0.12:80 w1 10.0.0.11:80 w1", "tcp 10.0.0.1:1 wlc:"));
    type(edit::Clear{});
    table_.discard_changes();
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 rr: 10.0.0.12:80 w1 10.0.0.11:80 w1"));
}

}  // namespace
}  // namespace drover::live
