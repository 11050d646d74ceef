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
        auto const events = notify_events(instance, c.happening, 110);
        ASSERT_EQ(events.size(), 2U) << c.state;
        EXPECT_EQ(events[0], (NotifyEvent{script(c.own), {}, "http"}));
        EXPECT_EQ(events[1], (NotifyEvent{script("any"), {"INSTANCE", "http", c.state, "110"}, "http"}));
    }
}

TEST(NotifyEvents, ScriptsThatAreNotConfiguredAreLeftOut) {
    model::Instance instance;
    instance.notify.master = script("m");
    EXPECT_EQ(notify_events(instance, Happening::became_master, 100).size(), 1U);
    EXPECT_TRUE(notify_events(instance, Happening::stopped, 100).empty());
}

}  // namespace
}  // namespace drover::vrrp
