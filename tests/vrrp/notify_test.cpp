#include "vrrp/notify.h"

#include <gtest/gtest.h>

namespace drover::vrrp {
namespace {

model::Script script(std::string path) {
    model::Script s;
    s.argv = {std::move(path)};
    return s;
}

TEST(NotifyEvents, TheStatesOwnScriptComesFirstAndTheGeneralOneGetsFourArguments) {
    model::Instance instance;
    instance.name = "http";
    instance.notify = {script("m"), script("b"), script("f"), script("s"), script("any")};
    struct Case {
        Happening happening;
        char const* own;
        char const* state;
    };
    for (auto const& c : {Case{Happening::became_master, "m", "MASTER"}, Case{Happening::became_backup, "b", "BACKUP"},
                          Case{Happening::became_fault, "f", "FAULT"}, Case{Happening::stopped, "s", "STOP"}}) {
        auto const events = change_of(instance, c.happening, 110).scripts;
        ASSERT_EQ(events.size(), 2U) << c.state;
        EXPECT_EQ(events[0], (NotifyEvent{script(c.own), {}, "http"}));
        EXPECT_EQ(events[1], (NotifyEvent{script("any"), {"INSTANCE", "http", c.state, "110"}, "http"}));
    }
}

TEST(NotifyEvents, ScriptsThatAreNotConfiguredAreLeftOut) {
    model::Instance instance;
    instance.notify.master = script("m");
    EXPECT_EQ(change_of(instance, Happening::became_master, 100).scripts.size(), 1U);
    EXPECT_TRUE(change_of(instance, Happening::stopped, 100).scripts.empty());
}

TEST(NotifyEvents, AGroupHasPriorityNought) {
    model::SyncGroup group;
    group.name = "pair";
    group.notify.any = script("any");
    auto const change = change_of(group, Happening::became_fault);
    ASSERT_EQ(change.scripts.size(), 1U);
    EXPECT_EQ(change.scripts[0], (NotifyEvent{script("any"), {"GROUP", "pair", "FAULT", "0"}, "pair"}));
    EXPECT_EQ(fifo_line(change), "GROUP \"pair\" FAULT 0");
}

TEST(NotifyEvents, ADeletionIsCalledAFaultUnlessItIsToBeTold) {
    model::Instance instance;
    instance.name = "http";
    instance.notify = {script("m"), script("b"), script("f"), script("s"), script("any")};
    auto const quiet = change_of(instance, Happening::deleted, 110);
    EXPECT_EQ(fifo_line(quiet), "INSTANCE \"http\" FAULT 110");
    ASSERT_EQ(quiet.scripts.size(), 1U) << "neither notify_fault nor notify_stop, as in keepalived";
    EXPECT_EQ(quiet.scripts[0].extra[2], "FAULT");
    instance.notify.deletion = true;
    instance.notify.deleted = script("d");
    auto const told = change_of(instance, Happening::deleted, 110);
    EXPECT_EQ(fifo_line(told), "INSTANCE \"http\" DELETED 110");
    ASSERT_EQ(told.scripts.size(), 2U);
    EXPECT_EQ(told.scripts[0], (NotifyEvent{script("d"), {}, "http"}));
    EXPECT_EQ(told.scripts[1], (NotifyEvent{script("any"), {"INSTANCE", "http", "DELETED", "110"}, "http"}));
}

TEST(NotifyEvents, WhatIsNoStateRunsNoGeneralScript) {
    model::Instance instance;
    instance.name = "http";
    instance.notify.any = script("any");
    instance.notify.heard_lower = script("lower");
    auto const lower = change_of(instance, Happening::heard_lower, 110);
    EXPECT_EQ(fifo_line(lower), "INSTANCE \"http\" MASTER_RX_LOWER_PRI 110");
    EXPECT_EQ(lower.scripts, (std::vector{NotifyEvent{script("lower"), {}, "http"}}));
    EXPECT_EQ(fifo_line(change_of(instance, Happening::priority_as_master, 99)), "INSTANCE \"http\" MASTER_PRIORITY 99");
    EXPECT_EQ(fifo_line(change_of(instance, Happening::priority_as_backup, 99)), "INSTANCE \"http\" BACKUP_PRIORITY 99");
    EXPECT_TRUE(change_of(instance, Happening::priority_as_backup, 99).scripts.empty());
    EXPECT_TRUE(without_scripts(lower).scripts.empty());
}

TEST(NotifyEvents, TheLineForFifosQuotesTheName) {
    model::Instance instance;
    instance.name = "VI_1";
    EXPECT_EQ(fifo_line(change_of(instance, Happening::became_master, 150)), "INSTANCE \"VI_1\" MASTER 150");
}

}  // namespace
}  // namespace drover::vrrp
