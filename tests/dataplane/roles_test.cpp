#include "dataplane/roles.h"

#include <gtest/gtest.h>

#include "dataplane/memory.h"

namespace drover::dataplane {
namespace {

using testing::Memory;

TEST(Roles, NumberInstancesFromOneAndStartShut) {
    Memory memory;
    Roles roles(memory.roles, memory.rivals);
    EXPECT_EQ(roles.number_of("VI_1"), 1u);
    EXPECT_EQ(roles.number_of("VI_2"), 2u);
    EXPECT_EQ(roles.number_of("VI_1"), 1u);
    EXPECT_FALSE(roles.is_open(1));
    EXPECT_EQ(roles.name_of(2), "VI_2");
    EXPECT_EQ(roles.find("VI_3"), std::nullopt);
}

TEST(Roles, KeepGateAndNumberForTheNextDaemon) {
    Memory memory;
    auto const number = *Roles(memory.roles, memory.rivals).number_of("VI_1");
    Roles(memory.roles, memory.rivals).open_gate(number);
    Roles next(memory.roles, memory.rivals);
    EXPECT_EQ(next.find("VI_1"), number);
    EXPECT_TRUE(next.is_open(number));
}

TEST(Roles, GiveBackWhatWasSaved) {
    Memory memory;
    Roles roles(memory.roles, memory.rivals);
    auto const number = *roles.number_of("VI_1");
    for (auto const state : {model::VrrpState::init, model::VrrpState::backup, model::VrrpState::master,
                             model::VrrpState::fault}) {
        roles.save(number, {state, TimePoint(1'234'567us), 1s, 51, 0x1234'5678'9abc'def0});
        auto const saved = roles.saved(number);
        EXPECT_EQ(saved.state, state);
        EXPECT_EQ(saved.last_advert, TimePoint(1'234'567us));
        EXPECT_EQ(saved.interval, Duration(1s));
        EXPECT_EQ(saved.virtual_router_id, 51);
        EXPECT_EQ(saved.boot, 0x1234'5678'9abc'def0u);
    }
}

TEST(Roles, ShutTheGateOfAForgottenInstanceAndReuseItsNumber) {
    Memory memory;
    Roles roles(memory.roles, memory.rivals);
    auto const number = *roles.number_of("VI_1");
    roles.open_gate(number);
    roles.forget("VI_1");
    EXPECT_FALSE(roles.is_open(number));
    EXPECT_EQ(roles.number_of("VI_2"), number);
    EXPECT_FALSE(roles.is_open(number));
}

TEST(Roles, RefuseWhatDoesNotFitWithASentence) {
    Memory memory;
    Roles roles(memory.roles, memory.rivals);
    EXPECT_TRUE(roles.number_of(std::string(88, 'a')));
    EXPECT_EQ(roles.name_of(1), std::string(88, 'a'));
    EXPECT_EQ(roles.number_of(std::string(89, 'b')).error().message,
              "the name of vrrp_instance " + std::string(89, 'b') + " is longer than 88 bytes");
    for (unsigned i = 2; i < contract::MAX_ROLES; ++i) ASSERT_TRUE(roles.number_of("VI_" + std::to_string(i)));
    EXPECT_EQ(roles.number_of("one more").error().message, "more than 2047 VRRP instances");
}

}  // namespace
}  // namespace drover::dataplane
