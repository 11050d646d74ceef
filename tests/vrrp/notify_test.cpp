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

TEST(NotifyEvents, TheLineForFifosQuotesTheName) {
    model::Instance instance;
    instance.name = "VI_1";
    EXPECT_EQ(fifo_line(change_of(instance, Happening::became_master, 150)), "INSTANCE \"VI_1\" MASTER 150");
}

}  // namespace
}  // namespace drover::vrrp
