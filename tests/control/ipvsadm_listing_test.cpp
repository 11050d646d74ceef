#include "control/ipvsadm_listing.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "control/samples.h"

namespace drover::control::ipvsadm {
namespace {

Endpoint endpoint(std::string const& text) { return *parse_endpoint(text, Protocol::tcp, NumbersOnly()); }

std::uint64_t number(std::string const& text) { return std::stoull(text); }

/// Turns a recorded listing back into what must have been observed, as far as drover's model goes: services with a
/// firewall mark, a persistence engine or another forwarding method are left out of both.
class Recording {
public:
    Recording(std::string const& file, View view) : view_(view) {
        for (auto const& line : samples::output(file)) read(line);
        keep_block();
        // Sorting is ipvsadm's job: give it the reverse.
        std::ranges::reverse(observed.services);
        for (auto& service : observed.services) std::ranges::reverse(service.servers);
    }

    model::DataplaneObserved observed;
    std::string expected;

private:
    void read(std::string const& line) {
        auto const words = samples::words(line);
        if (line.starts_with("IP Virtual")) {
            observed.capacity = number(line.substr(line.find('=') + 1));
            expected += line + "\n";
        } else if (line.starts_with("Prot") || words.at(1) == "RemoteAddress:Port") {
            expected += line + "\n";
        } else if (words[0] == "->") {
            read_server(line, words);
        } else {
            keep_block();
            read_service(line, words);
        }
    }

    void read_service(std::string const& line, std::vector<std::string> const& words) {
        block_ = line + "\n";
        service_ = {};
        carried_ = words[0] != "FWM" && line.find(" pe ") == std::string::npos && line.find("flag-") == std::string::npos &&
                   line.find("()") == std::string::npos;
        if (!carried_) return;
        service_.key.endpoint = endpoint(words[1]);
        service_.key.protocol = words[0] == "TCP" ? Protocol::tcp : words[0] == "UDP" ? Protocol::udp : Protocol::sctp;
        service_.persistence_prefix = service_.key.endpoint.address.is_v4() ? 32 : 128;
        if (view_ == View::stats) {
            service_.counters = {number(words[2]), number(words[3]), number(words[5])};
            carried_ = words[4] == "0" && words[6] == "0";  // NAT alone sees replies
            return;
        }
        if (view_ == View::rate) {
            service_.rates = {number(words[2]), number(words[3]), number(words[5])};
            carried_ = words[4] == "0" && words[6] == "0";
            return;
        }
        service_.scheduler = *model::scheduler_named(words[2]);
        service_.flags.port = line.find("-port") != std::string::npos;
        service_.flags.fallback = line.find("-fallback") != std::string::npos;
        service_.one_packet = words.back() == "ops";
        auto const persistent = std::ranges::find(words, "persistent");
        if (persistent != words.end()) service_.persistence_timeout = static_cast<std::uint32_t>(number(persistent[1]));
        // The recordings have two masks.
        if (line.find(" mask 255.255.255.0") != std::string::npos) service_.persistence_prefix = 24;
        if (line.find(" mask 64") != std::string::npos) service_.persistence_prefix = 64;
    }

    void read_server(std::string const& line, std::vector<std::string> const& words) {
        block_ += line + "\n";
        model::ServerObserved server;
        server.endpoint = endpoint(words[1]);
        auto const at = [&](std::size_t i) { return static_cast<std::uint32_t>(number(words[i])); };
        if (view_ == View::stats) {
            server.counters = {number(words[2]), number(words[3]), number(words[5])};
        } else if (view_ == View::rate) {
            server.rates = {number(words[2]), number(words[3]), number(words[5])};
        } else if (view_ == View::thresholds) {
            server.upper_threshold = at(2), server.lower_threshold = at(3);
            server.active = at(4), server.inactive = at(5);
        } else if (view_ == View::persistent) {
            server.weight = static_cast<int>(at(2)), server.persistent = at(3), server.active = at(4),
            server.inactive = at(5);
        } else {
            std::size_t const first = view_ == View::tunnels ? 4 : 3;
            if (words[2] != "Route") carried_ = false;
            server.weight = static_cast<int>(at(first)), server.active = at(first + 1), server.inactive = at(first + 2);
        }
        service_.servers.push_back(server);
    }

    void keep_block() {
        if (carried_) {
            expected += block_;
            observed.services.push_back(service_);
        }
        carried_ = false;
    }

    View view_;
    model::ServiceObserved service_;
    std::string block_;
    bool carried_ = false;
};

TEST(IpvsadmListing, IsByteForByteWhatWasRecorded) {
    NEED_SAMPLES();
    struct Case {
        char const* file;
        Listing listing;
        std::size_t services;  // at least; so that the reader above cannot leave everything out
    };
    for (auto const& [file, listing, services] : std::initializer_list<Case>{
             {"list-n.txt", {.numeric = true}, 18},
             {"list-plain.txt", {}, 18},
             {"list-names.txt", {}, 18},
             {"list-empty.txt", {}, 0},
             {"list-stats.txt", {.view = View::stats}, 34},
             {"list-exact-stats.txt", {.view = View::stats, .exact = true}, 34},
             {"list-stats-after-zero.txt", {.view = View::stats}, 34},
             {"list-stats-empty.txt", {.view = View::stats}, 0},
             {"big-stats.txt", {.view = View::stats}, 1},
             {"big-stats-exact.txt", {.view = View::stats, .exact = true}, 1},
             {"big-list.txt", {}, 1},
             {"list-rate.txt", {.view = View::rate}, 34},
             {"list-exact-rate.txt", {.view = View::rate, .exact = true}, 34},
             {"big-rate.txt", {.view = View::rate}, 1},
             {"big-rate-exact.txt", {.view = View::rate, .exact = true}, 1},
             {"list-thresholds.txt", {.view = View::thresholds}, 18},
             {"list-persistent.txt", {.view = View::persistent}, 18},
             {"list-tun-info.txt", {.view = View::tunnels}, 18},
         }) {
        Recording const recording(file, listing.view);
        EXPECT_GE(recording.observed.services.size(), services) << file;
        EXPECT_EQ(format(recording.observed, listing, NumbersOnly()), recording.expected) << file;
    }
}

TEST(IpvsadmListing, OfOneServiceHasNoBanner) {
    NEED_SAMPLES();
    Recording const all("list-n.txt", View::services);
    for (auto const& [file, protocol, service] : std::initializer_list<std::tuple<char const*, Protocol, char const*>>{
             {"list-one-tcp.txt", Protocol::tcp, "10.0.0.100:80"},
             {"list-one-v6.txt", Protocol::tcp, "[2001:db8::100]:8080"}}) {
        Listing const one{.service = ServiceKey{endpoint(service), protocol}};
        EXPECT_EQ(format(all.observed, one, NumbersOnly()), samples::joined(samples::output(file)));
    }
    Recording const stats("list-stats.txt", View::stats);
    Listing const one{.view = View::stats, .service = ServiceKey{endpoint("10.0.0.100:80"), Protocol::tcp}};
    EXPECT_EQ(format(stats.observed, one, NumbersOnly()), samples::joined(samples::output("list-one-stats.txt")));
}

TEST(IpvsadmListing, OfAServiceThatIsNotThereSaysSo) {
    for (auto const& listing :
         {Listing{.service = ServiceKey{endpoint("10.0.0.1:81"), Protocol::tcp}}, Listing{.fwmark = 6}}) {
        auto const text = format({}, listing, NumbersOnly());
        ASSERT_FALSE(text);
        EXPECT_EQ(text.error().message, "No such service");
    }
}

TEST(IpvsadmListing, ShowsTheOptionsOfAServiceInIpvsadmsOrder) {
    model::DataplaneObserved observed;
    model::ServiceObserved sip{.key = {endpoint("203.0.113.10:5060"), Protocol::udp}, .scheduler = model::Scheduler::sh};
    sip.flags = {.port = true, .fallback = true};
    sip.one_packet = true, sip.persistence_timeout = 60, sip.persistence_prefix = 24;
    observed.services = {sip};
    Listing const one{.service = sip.key};
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
    auto const text = *format(observed, {.view = View::rate, .service = web.key}, NumbersOnly());
    EXPECT_NE(text.find("TCP  203.0.113.10:80                  1500  250000K        0  123456K        0\n"), std::string::npos) << text;
    EXPECT_NE(text.find("  -> 10.0.0.11:80                      750 125000000        0  123456K        0\n"), std::string::npos) << text;
}

TEST(IpvsadmListing, ShowsTimeoutsAndNoDaemons) {
    NEED_SAMPLES();
    model::DataplaneObserved observed;
    EXPECT_EQ(format(observed, {.view = View::timeout}, NumbersOnly()),
              samples::joined(samples::output("list-timeout.txt")));
    observed.timeouts = {10, 20, 77};
    EXPECT_EQ(format(observed, {.view = View::timeout}, NumbersOnly()),
              samples::joined(samples::output("list-timeout-set-udp-only.txt")));
    EXPECT_EQ(format(observed, {.view = View::daemon}, NumbersOnly()),
              samples::joined(samples::output("list-daemon-none.txt")));
}

TEST(IpvsadmListing, KeepsTheOrderOfTheTableWhenAskedNotToSort) {
    model::DataplaneObserved observed;
    observed.services = {{.key = {endpoint("10.0.0.2:80"), Protocol::tcp}},
                         {.key = {endpoint("10.0.0.1:80"), Protocol::tcp}}};
    auto const text = *format(observed, {.sorted = false}, NumbersOnly());
    EXPECT_LT(text.find("10.0.0.2:80"), text.find("10.0.0.1:80"));
}

model::ConnectionRow row_of(std::string const& line) {
    auto const words = samples::words(line);
    model::ConnectionRow row;
    row.protocol = words[0] == "TCP" ? Protocol::tcp : Protocol::udp;
    row.expires = static_cast<std::uint32_t>(std::stoul(words[1].substr(0, 2)) * 60 + std::stoul(words[1].substr(3)));
    while (model::name(row.state) != words[2])
        row.state = static_cast<model::ConnectionState>(static_cast<int>(row.state) + 1);
    row.client = endpoint(words[3]);
    row.virtual_server = endpoint(words[4]);
    row.real_server = endpoint(words[5]);
    return row;
}

TEST(IpvsadmListing, OfConnectionsIsByteForByteWhatWasRecorded) {
    NEED_SAMPLES();
    for (auto const* file : {"list-conn.txt", "list-conn-empty.txt", "big-conn-head.txt"}) {
        auto text = connections_title({.view = View::connections});
        std::string expected;
        for (auto const& line : samples::output(file)) {
            if (samples::words(line).size() < 6) continue;
            expected += line + "\n";
            if (!line.starts_with("pro ")) text += connection_line(row_of(line), NumbersOnly());
        }
        EXPECT_EQ(text, "IPVS connection entries\n" + expected) << file;
    }
    auto const with_data = samples::output("list-conn-pe.txt");
    EXPECT_EQ(connections_title({.view = View::connections, .persistence_data = true}),
              with_data[0] + "\n" + with_data[1] + "\n");
}

TEST(IpvsadmListing, ShowsLongLivedRowsWithThreeDigitMinutes) {
    model::ConnectionRow row{.protocol = Protocol::udp,
                             .expires = 6001,
                             .state = model::ConnectionState::udp,
                             .client = endpoint("198.51.100.8:4660"),
                             .virtual_server = endpoint("203.0.113.10:53"),
                             .real_server = endpoint("10.0.0.12:53")};
    EXPECT_EQ(connection_line(row, NumbersOnly()),
              "UDP 100:01 UDP         198.51.100.8:4660  203.0.113.10:53    10.0.0.12:53\n");
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
