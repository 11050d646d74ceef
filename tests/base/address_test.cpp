#include <gtest/gtest.h>

#include "base/address.h"
#include "base/endpoint.h"
#include "base/mac.h"
#include "base/prefix.h"

namespace drover {
namespace {

TEST(Address, ReadsAndPrintsBothFamilies) {
    for (auto const* text : {"0.0.0.0", "10.0.0.1", "255.255.255.255", "2001:db8::1", "::1", "fe80::77"})
        EXPECT_EQ(Address::parse(text)->text(), text);
    EXPECT_EQ(Address::parse("172.51.97.175")->v4(), 0xac3361afu);
}

TEST(Address, RefusesWhatIsNotExactlyAnAddress) {
    for (auto const* text : {"", "172.51.97", "172.51.97.300", " 10.0.0.1", "10.0.0.1 ", "10.0.0.1/24", "g::1", "1:2"})
        EXPECT_FALSE(Address::parse(text)) << text;
    EXPECT_FALSE(Address::parse(std::string_view("10.0.0.1\0x", 10)));
}

TEST(Address, OrdersIpv4ByNumber) {
    EXPECT_LT(*Address::parse("9.255.255.255"), *Address::parse("10.0.0.0"));
    EXPECT_LT(*Address::parse("10.0.0.9"), *Address::parse("10.0.0.10"));
}

TEST(Prefix, KnowsItsNetworkAndItsHostBits) {
    auto const vip = *Prefix::parse("172.51.97.175/24");
    EXPECT_TRUE(vip.has_host_bits());
    EXPECT_EQ(vip.network().text(), "172.51.97.0/24");
    EXPECT_TRUE(vip.contains(*Address::parse("172.51.97.1")));
    EXPECT_FALSE(vip.contains(*Address::parse("172.51.96.1")));
    EXPECT_EQ(Prefix::parse("2001:db8::1/33")->network().text(), "2001:db8::/33");
}

TEST(Prefix, WithoutALengthIsAHost) {
    EXPECT_EQ(Prefix::parse("10.0.0.1")->text(), "10.0.0.1/32");
    EXPECT_EQ(Prefix::parse("::1")->text(), "::1/128");
}

TEST(Prefix, RefusesLengthsThatDoNotFit) {
    for (auto const* text : {"10.0.0.1/33", "10.0.0.1/", "10.0.0.1/-1", "10.0.0.1/1x", "::1/129", "172.51.97/24"})
        EXPECT_FALSE(Prefix::parse(text)) << text;
}

TEST(Endpoint, PrintsIpv6InBrackets) {
    EXPECT_EQ((Endpoint{*Address::parse("10.0.0.1"), 80}.text()), "10.0.0.1:80");
    EXPECT_EQ((Endpoint{*Address::parse("2001:db8::1"), 80}.text()), "[2001:db8::1]:80");
}

TEST(ServiceKey, IsSpelledAsKeepalivedLogsIt) {
    ServiceKey const key{{*Address::parse("172.51.97.175"), 80}, Protocol::tcp};
    EXPECT_EQ(key.keepalived_text(), "[172.51.97.175]:tcp:80");
}

TEST(Mac, ReadsAndPrints) {
    EXPECT_EQ(Mac::parse("00:00:5e:00:01:3c")->text(), "00:00:5e:00:01:3c");
    EXPECT_TRUE(Mac::parse("01:00:5e:00:00:12")->is_group());
    for (auto const* text : {"", "00:00:5e:00:01", "00:00:5e:00:01:3g", "00-00-5e-00-01-3c"})
        EXPECT_FALSE(Mac::parse(text)) << text;
}

}  // namespace
}  // namespace drover
