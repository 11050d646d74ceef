#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands.h"

namespace drover::live {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

namespace edit = model::edit;

Configured configuration() {
    Configured configured;
    configured.services = {{service(web(), "rr"), {server(at("10.0.0.11", 80)), server(at("10.0.0.12", 80))}}};
    return configured;
}

/// A daemon that notes what is touched, and another one after it.
class Records : public ::testing::Test {
protected:
    Records() { table_.configure(configuration()); }

    void type(std::vector<model::Edit> const& batch) {
        for (auto const& edit : batch) EXPECT_EQ(table_.apply(edit, someone()).refusal, "");
        auto const touched = table_.touched();
        noted_.insert(noted_.end(), touched.begin(), touched.end());
        table_.settle();
    }
    /// What another table has from `records`, under this configuration.
    static std::vector<std::string> after(std::vector<model::LiveRecord> const& records, Configured configured) {
        Table next(mtu_of);
        for (auto const& record : records) next.restore(record);
        next.configure(std::move(configured));
        return seen(next);
    }
    void expect_the_same_after_a_restart() {
        EXPECT_THAT(after(noted_, configuration()), UnorderedElementsAreArray(seen(table_)));
        EXPECT_THAT(after(table_.records(), configuration()), UnorderedElementsAreArray(seen(table_)));
    }

    Table table_{mtu_of};
    std::vector<model::LiveRecord> noted_;
};

TEST_F(Records, BringServicesOverARestart) {
    auto const own = tcp("10.0.0.1", 443);
    type({add(own, "sh")});
    type({add(own, server(at("10.0.0.21", 443))), add(own, server(at("10.0.0.22", 443), 5))});
    type({change(own, server(at("10.0.0.21", 443), 7)), remove(own, at("10.0.0.22", 443))});
    EXPECT_EQ(seen(table_).at(1), "tcp 10.0.0.1:443 sh: 10.0.0.21:443 w7");
    expect_the_same_after_a_restart();
}

TEST_F(Records, BringChangesOfTheConfigurationOverARestart) {
    type({change(web(), server(at("10.0.0.11", 80), 0)), remove(web(), at("10.0.0.12", 80)),
          add(web(), server(at("10.0.0.13", 80)))});
    type({change(web(), "sh")});
    EXPECT_THAT(seen(table_), ElementsAre("tcp 10.0.0.100:80 sh: 10.0.0.13:80 w1 10.0.0.11:80 w0"));
    expect_the_same_after_a_restart();
}

TEST_F(Records, TellWhatTheConfigurationSaidThen) {
    type({change(web(), server(at("10.0.0.11", 80), 0)), change(web(), server(at("10.0.0.12", 80), 0))});
    auto configured = configuration();
    configured.services[0].servers[1].weight = 9;
    for (auto const& records : {noted_, table_.records()})
        EXPECT_THAT(after(records, configured), ElementsAre("tcp 10.0.0.100:80 rr: 10.0.0.12:80 w9 10.0.0.11:80 w0"));
}

TEST_F(Records, BringNothingBackThatWasTakenAway) {
    auto const own = tcp("10.0.0.1", 443);
    type({add(own), add(own, server(at("10.0.0.21", 443)))});
    type({remove(own)});
    type({edit::Clear{}});
    expect_the_same_after_a_restart();
    type({add(own)});
    expect_the_same_after_a_restart();
}

TEST_F(Records, OfARestoreInOneBatchAreThoseOfTheNewServices) {
    auto const own = tcp("10.0.0.1", 443);
    type({add(own), add(own, server(at("10.0.0.21", 443)))});
    type({edit::Clear{}, add(own, "rr"), add(own, server(at("10.0.0.22", 443))), add(web(), "wrr"),
          add(web(), server(at("10.0.0.12", 80), 3))});
    EXPECT_THAT(seen(table_),
                ElementsAre("tcp 10.0.0.100:80 wrr: 10.0.0.12:80 w3", "tcp 10.0.0.1:443 rr: 10.0.0.22:443 w1"));
    expect_the_same_after_a_restart();
}

TEST_F(Records, EndWithTheChange) {
    type({change(web(), server(at("10.0.0.11", 80), 0)), change(web(), "sh"), edit::SetTimeouts{{30, 0, 0}}});
    type({change(web(), server(at("10.0.0.11", 80), 1)), change(web(), "rr"), edit::SetTimeouts{{900, 0, 0}}});
    Table next(mtu_of);
    for (auto const& record : noted_) next.restore(record);
    next.configure(configuration());
    EXPECT_THAT(next.records(), IsEmpty());
}

TEST_F(Records, BringTimeoutsAndSyncDaemonsOverARestart) {
    type({edit::SetTimeouts{{30, 0, 0}}, edit::StartSync{{.interface = "eth0", .sync_id = 7}}});
    Table next(mtu_of);
    for (auto const& record : noted_) next.restore(record);
    EXPECT_THAT(next.configure(configuration()), IsEmpty());
    EXPECT_EQ(next.timeouts().tcp, 30u);
    EXPECT_EQ(next.timeouts_by()->user, "alice");
    EXPECT_EQ(next.sync_daemons(), table_.sync_daemons());
    type({edit::StopSync{model::SyncRole::master}});
    for (auto const& record : noted_) next.restore(record);
    EXPECT_THAT(next.sync_daemons(), IsEmpty());
}

}  // namespace
}  // namespace drover::live
