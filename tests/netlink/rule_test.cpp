#include "netlink/io/rule.h"

#include <gmock/gmock.h>

#include "netlink/world.h"

namespace drover::netlink {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using Rules = testing::World;

TEST_F(Rules, AreAddedAndDeletedOnce) {
    auto socket = Socket::open().value();
    Rule rule;
    rule.from = Prefix::parse("10.1.0.0/16");
    rule.to = Prefix::parse("10.2.3.4/32");
    rule.preference = 1000;
    rule.mark = 0x10;
    rule.mask = 0xff;
    rule.iif = "eth0";
    rule.table = 300;
    EXPECT_EQ(add_rule(socket, rule), Outcome::done);
    EXPECT_THAT(output("ip rule"), HasSubstr("1000:\tfrom 10.1.0.0/16 to 10.2.3.4 fwmark 0x10/0xff iif eth0 lookup 300 proto keepalived"));
    EXPECT_EQ(add_rule(socket, rule), Outcome::unchanged);
    EXPECT_EQ(delete_rule(socket, rule), Outcome::done);
    EXPECT_THAT(output("ip rule"), Not(HasSubstr("1000:")));
    EXPECT_EQ(delete_rule(socket, rule), Outcome::unchanged);
}

TEST_F(Rules, WithoutAPreferenceAreAddedOnceToo) {
    auto socket = Socket::open().value();
    Rule rule;
    rule.from = Prefix::parse("10.1.0.0/16");
    rule.mark = 0x10;
    rule.table = 300;
    EXPECT_EQ(add_rule(socket, rule), Outcome::done);
    EXPECT_EQ(add_rule(socket, rule), Outcome::unchanged);
    rule.table = 301;
    EXPECT_EQ(add_rule(socket, rule), Outcome::done) << "another one";
    rule.action = RuleAction::prohibit;
    EXPECT_EQ(add_rule(socket, rule), Outcome::done);
    EXPECT_EQ(add_rule(socket, rule), Outcome::unchanged);
}

TEST_F(Rules, MayRefuseAndMayBeOfIpv6) {
    auto socket = Socket::open().value();
    Rule rule;
    rule.family = Family::v6;
    rule.to = Prefix::parse("2001:db8::/32");
    rule.preference = 1001;
    rule.action = RuleAction::unreachable;
    EXPECT_EQ(add_rule(socket, rule), Outcome::done);
    EXPECT_THAT(output("ip -6 rule"), HasSubstr("1001:\tfrom all to 2001:db8::/32 unreachable"));
    EXPECT_EQ(delete_rule(socket, rule), Outcome::done);
}

TEST_F(Rules, ThatTheKernelRefusesAreNamed) {
    auto socket = Socket::open().value();
    Rule rule;
    rule.from = Prefix::parse("10.1.0.0/16");
    rule.iif = "a-name-of-sixteen";
    EXPECT_THAT(add_rule(socket, rule).error().message, HasSubstr("add rule from 10.1.0.0/16 lookup 254: "));
}

}  // namespace
}  // namespace drover::netlink
