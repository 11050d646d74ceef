#include "control/ipvsadm_listing.h"

#include <gtest/gtest.h>

namespace drover::control::ipvsadm {
namespace {

Endpoint endpoint(std::string const& text) { return *parse_endpoint(text, Protocol::tcp, NumbersOnly()); }

TEST(IpvsadmListing, OfAServiceThatIsNotThereSaysSo) {
    for (auto const& name :
         {model::ServiceName{{endpoint("10.0.0.1:81"), Protocol::tcp}}, model::ServiceName::of_mark(6, Family::v4)}) {
        auto const text = format({}, {.service = name}, NumbersOnly());
        ASSERT_FALSE(text);
        EXPECT_EQ(text.error().message, "No such service");
    }
}

TEST(IpvsadmListing, ShowsTheOptionsOfAServiceInIpvsadmsOrder) {
    model::DataplaneObserved observed;
    model::ServiceObserved sip{.key = {endpoint("203.0.113.10:5060"), Protocol::udp},
                               .scheduler = model::Scheduler::sh};
    sip.flags = {.port = true, .fallback = true};
    sip.one_packet = true, sip.persistence_timeout = 60, sip.persistence_prefix = 24;
    observed.services = {sip};
    Listing const one{.service = model::ServiceName{sip.key}};
    EXPECT_NE(format(observed, one, NumbersOnly())
                  ->find("UDP  203.0.113.10:5060 sh (sh-fallback,sh-port) persistent 60 mask 255.255.255.0 ops\n"),
              std::string::npos);
    observed.services[0].scheduler = model::Scheduler::mh;
    observed.services[0].flags.fallback = false;
    EXPECT_NE(format(observed, one, NumbersOnly())->find(" mh (mh-port) persistent"), std::string::npos);
}

TEST(IpvsadmListing, ShortensOfAServersRatesTheBytesAlone) {
    model::DataplaneObserved observed;
    model::ServiceObserved web{.key = {endpoint("203.0.113.10:80"), Protocol::tcp}};
    web.rates = {1500, 250'000'000, 123'456'789};
    web.servers = {{.endpoint = endpoint("10.0.0.11:80"), .rates = {750, 125'000'000, 123'456'789}}};
    observed.services = {web};
    auto const text = *format(observed, {.view = View::rate, .service = model::ServiceName{web.key}}, NumbersOnly());
    EXPECT_NE(text.find("TCP  203.0.113.10:80                  1500  250000K        0  123456K        0\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("  -> 10.0.0.11:80                      750 125000000        0  123456K        0\n"),
              std::string::npos)
        << text;
}

TEST(IpvsadmListing, KeepsTheOrderOfTheTableWhenAskedNotToSort) {
    model::DataplaneObserved observed;
    observed.services = {{.key = {endpoint("10.0.0.2:80"), Protocol::tcp}},
                         {.key = {endpoint("10.0.0.1:80"), Protocol::tcp}}};
    auto const text = *format(observed, {.sorted = false}, NumbersOnly());
    EXPECT_LT(text.find("10.0.0.2:80"), text.find("10.0.0.1:80"));
}

TEST(IpvsadmListing, ShowsLongLivedRowsWithThreeDigitMinutes) {
    model::ConnectionRow row{.protocol = Protocol::udp,
                             .expires = 6001,
                             .state = model::ConnectionState::udp,
                             .client = endpoint("198.51.100.8:4660"),
                             .virtual_server = endpoint("203.0.113.10:53"),
                             .real_server = endpoint("10.0.0.12:53")};
    std::string text;
    append_connection(text, row, false, NumbersOnly());
    EXPECT_EQ(text, "UDP 100:01 UDP         198.51.100.8:4660  203.0.113.10:53    10.0.0.12:53\n");
}

TEST(IpvsadmListing, ShortensNumbersWhereIpvsadmDoes) {
    struct Case {
        std::uint64_t value;
        char const* plain;
        char const* exact;
    };
    for (auto const& [value, plain, exact] :
         std::initializer_list<Case>{{0, "        0", "        0"},
                                     {61728394, " 61728394", " 61728394"},
                                     {99999999, " 99999999", " 99999999"},
                                     {100000000, "  100000K", " 100000000"},
                                     {246913400, "  246913K", " 246913400"},
                                     {999999999, "  999999K", " 999999999"},
                                     {1000000000, "    1000M", " 1000000000"},
                                     {61728394000, "   61728M", " 61728394000"},
                                     {100000000000, "     100G", " 100000000000"},
                                     {246912345678901, "     246T", " 246912345678901"},
                                     {987654321012, "     987G", " 987654321012"}}) {
        EXPECT_EQ(number_column(value, false), plain);
        EXPECT_EQ(number_column(value, true), exact);
    }
}

class LongNames final : public Names {
public:
    std::optional<Address> address_of(std::string_view) const override { return std::nullopt; }
    std::optional<std::uint16_t> port_of(std::string_view, Protocol) const override { return std::nullopt; }
    std::optional<std::string> host_name(Address const& address) const override {
        if (address == *Address::parse("10.0.0.1")) return "a.very.long.host.name.in.some.example.org";
        return std::nullopt;
    }
    std::optional<std::string> service_name(std::uint16_t port, Protocol) const override {
        return port == 80 ? std::optional<std::string>("http") : std::nullopt;
    }
};

TEST(IpvsadmListing, CutsLongNamesWhereIpvsadmDoes) {
    model::DataplaneObserved observed;
    observed.services = {{.key = {endpoint("10.0.0.1:80"), Protocol::tcp},
                          .servers = {{.endpoint = endpoint("10.0.0.1:80"), .weight = 1},
                                      {.endpoint = endpoint("10.0.0.2:80"), .weight = 1}}}};
    auto const text = *format(observed, {}, LongNames());
    EXPECT_NE(text.find("TCP  a.very.long.host.name.in.som rr\n"), std::string::npos) << text;
    EXPECT_NE(text.find("  -> a.very.long.host.name.in.som Route   1      0          0         \n"), std::string::npos)
        << text;
    EXPECT_NE(text.find("  -> 10.0.0.2:http                Route   1"), std::string::npos) << text;
}

}  // namespace
}  // namespace drover::control::ipvsadm
