// A story for every verdict of contract.h.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <set>

#include "bpf/packet_path.h"

namespace drover::bpf::testing {
namespace {

constexpr char const* kVip = "172.51.97.175";

struct Story {
    std::string verdict;
    char const* title;
    std::function<Outcome(PacketPath&)> tell;
};

/// One service on port 80 with two servers.
void serve_web(PacketPath& path) { path.serve({service(kVip, 80, {{real(1), 1}, {real(2), 1}})}); }

contract::server& only_server(PacketPath& path) { return path.tables().servers[path.tables().services[1].server_base]; }

Outcome after(PacketPath& path, std::function<void()> const& change, Frame const& sent = frame().syn()) {
    serve_web(path);
    change();
    return path.send(sent);
}

/// By an interface on which this host is the virtual router 51.
Outcome to_virtual_router(PacketPath& path, Mac const& mac) {
    auto const become = [&] {
        path.programmer().ports().set_virtual_routers(PacketPath::kIngress, std::array<std::uint8_t, 1>{51});
    };
    return after(path, become, frame().to_mac(mac).syn());
}

void fill_with_busy(PacketPath& path, std::uint64_t key) {
    for (auto* bucket : path.buckets_of(key))
        for (auto& slot : bucket->slot) slot.meta = contract::make_meta(contract::SLOT_BUSY, 1, 0, 0, 0, 0);
}

std::vector<Story> const& stories() {
    static std::vector<Story> const all = {
        {"forwarded", "a SYN for the service", [](PacketPath& p) { return after(p, [] {}); }},
        {"not_ip", "ARP", [](PacketPath& p) { return after(p, [] {}, frame().ethertype(0x0806)); }},
        {"not_ip", "a VLAN tag with nothing known behind it",
         [](PacketPath& p) { return after(p, [] {}, frame().ethertype(0x8100)); }},
        {"malformed", "IPv4 in an IPv6 frame", [](PacketPath& p) { return after(p, [] {}, frame().ethertype(0x86dd)); }},
        {"not_ip", "nothing behind the Ethernet header",
         [](PacketPath& p) { return after(p, [] {}, frame().ethertype(0x88cc).cut(14)); }},
        {"other_mac", "for a neighbour's MAC",
         [](PacketPath& p) { return after(p, [] {}, frame().to_mac({{2, 0, 0, 0, 0, 9}})); }},
        {"forwarded", "for the MAC of a virtual router of this host",
         [](PacketPath& p) { return to_virtual_router(p, {{0, 0, 0x5e, 0, 1, 51}}); }},
        {"forwarded", "for the MAC of a virtual router of IPv6",
         [](PacketPath& p) { return to_virtual_router(p, {{0, 0, 0x5e, 0, 2, 51}}); }},
        {"other_mac", "for the MAC of another virtual router",
         [](PacketPath& p) { return to_virtual_router(p, {{0, 0, 0x5e, 0, 1, 52}}); }},
        {"other_mac", "for a MAC that only ends like a virtual router's",
         [](PacketPath& p) { return to_virtual_router(p, {{2, 0, 0x5e, 0, 1, 51}}); }},
        {"other_mac", "for the MAC of a virtual router that this host has no more",
         [](PacketPath& p) {
             p.programmer().ports().set_virtual_routers(PacketPath::kIngress, std::array<std::uint8_t, 1>{51});
             return after(p, [&] { p.programmer().ports().set_virtual_routers(PacketPath::kIngress, {}); },
                          frame().to_mac({{0, 0, 0x5e, 0, 1, 51}}).syn());
         }},
        {"other_mac", "broadcast to a VIP",
         [](PacketPath& p) { return after(p, [] {}, frame().to_mac({{255, 255, 255, 255, 255, 255}})); }},
        {"other_mac", "multicast to a VIP",
         [](PacketPath& p) { return after(p, [] {}, frame().to_mac({{1, 0, 0x5e, 0, 0, 18}})); }},
        {"other_mac", "by an interface that is not known",
         [](PacketPath& p) { return after(p, [&] { p.programmer().ports().erase(PacketPath::kIngress); }); }},
        {"malformed", "an IPv4 header cut short", [](PacketPath& p) { return after(p, [] {}, frame().cut(14 + 19)); }},
        {"malformed", "version 6 in an IPv4 frame",
         [](PacketPath& p) {
             serve_web(p);
             auto bytes = frame().bytes();
             bytes[14] = 0x65;
             return p.send(bytes);
         }},
        {"malformed", "a header of four words",
         [](PacketPath& p) {
             serve_web(p);
             auto bytes = frame().bytes();
             bytes[14] = 0x44;
             return p.send(bytes);
         }},
        {"no_vip", "to another address", [](PacketPath& p) { return after(p, [] {}, frame().to("172.51.96.119")); }},
        {"no_vip", "VRRP to another address",
         [](PacketPath& p) { return after(p, [] {}, frame().to("224.0.0.18").protocol(112)); }},
        {"no_vip", "a fragment to another address",
         [](PacketPath& p) { return after(p, [] {}, frame().to("172.51.96.119").fragment(0x2000)); }},
        {"no_vip", "cut short, to another address",
         [](PacketPath& p) { return after(p, [] {}, frame().to("172.51.96.119").cut(14 + 20 + 10)); }},
        {"no_vip", "the service is gone", [](PacketPath& p) { return after(p, [&] { p.serve({}); }); }},
        {"no_service", "another port of the VIP", [](PacketPath& p) { return after(p, [] {}, frame().to(kVip, 22)); }},
        {"no_service", "another protocol", [](PacketPath& p) { return after(p, [] {}, frame().udp()); }},
        {"not_balanced", "a ping of the VIP", [](PacketPath& p) { return after(p, [] {}, frame().protocol(1)); }},
        {"no_entry", "an ACK of no connection", [](PacketPath& p) { return after(p, [] {}, frame().ack()); }},
        {"no_entry", "a FIN of no connection", [](PacketPath& p) { return after(p, [] {}, frame().tcp(kFin | kAck)); }},
        {"no_entry", "a reset of no connection", [](PacketPath& p) { return after(p, [] {}, frame().tcp(kRst)); }},
        {"no_entry", "SYN and reset together", [](PacketPath& p) { return after(p, [] {}, frame().tcp(kSyn | kRst)); }},
        {"no_entry", "no flag at all", [](PacketPath& p) { return after(p, [] {}, frame().tcp(0)); }},
        {"from_peer", "sent on by the other director",
         [](PacketPath& p) {
             Mac const peer{{2, 0, 0, 0, 1, 5}};
             return after(p, [&] { p.programmer().ports().add_peer(PacketPath::kIngress, peer); }, frame().from_mac(peer));
         }},
        {"real_here", "its real server is this host",
         [](PacketPath& p) {
             return after(p, [&] {
                 for (int i : {1, 2})
                     p.programmer().set_next_hop(real(i).address, dataplane::NextHop{{}, 0, true});
             });
         }},
        {"not_master", "the gate is shut",
         [](PacketPath& p) { return after(p, [&] { p.programmer().roles().shut_gate(0); }); }},
        {"not_accepted", "the VIP is held, and is closed",
         [](PacketPath& p) {
             contract::watched_key vip{};
             std::memcpy(vip.address, Address::parse("172.51.97.175")->bytes().data(), sizeof vip.address);
             auto& roles = p.programmer().roles();
             auto const role = *roles.number_of("VI_1");
             EXPECT_TRUE(p.object().watch({{vip, role | contract::WATCHED_CLOSED}}));
             return after(p, [&] { roles.open_gate(role); }, frame().to("172.51.97.175", 4711));
         }},
        {"surrendered", "the VIP was given up, and the host answers for it no more",
         [](PacketPath& p) {
             contract::watched_key vip{};
             std::memcpy(vip.address, Address::parse("172.51.97.175")->bytes().data(), sizeof vip.address);
             auto& roles = p.programmer().roles();
             auto const role = *roles.number_of("VI_1");
             EXPECT_TRUE(p.object().watch({{vip, role}}));
             return after(p, [&] {
                 roles.open_gate(role);
                 dataplane::SavedRole long_ago;
                 long_ago.down = Duration(1);
                 roles.save(role, long_ago);
                 Bytes arp = frame().ethertype(0x0806).bytes();
                 Bytes const message{0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 7, 7, 172, 51, 97, 175};
                 std::ranges::copy(message, arp.begin() + 14);
                 p.send(arp);
             }, frame().to("172.51.97.175", 4711));
         }},
        {"truncated", "a TCP header cut short in the frame",
         [](PacketPath& p) { return after(p, [] {}, frame().cut(14 + 20 + 19)); }},
        {"truncated", "a TCP header cut short by the IP length",
         [](PacketPath& p) { return after(p, [] {}, frame().total_length(39)); }},
        {"truncated", "an IP length longer than the frame",
         [](PacketPath& p) { return after(p, [] {}, frame().total_length(41)); }},
        {"truncated", "options that leave no room for TCP",
         [](PacketPath& p) { return after(p, [] {}, frame().options(10).cut(14 + 60 + 19)); }},
        {"truncated", "a UDP header cut short", [](PacketPath& p) { return after(p, [] {}, frame().udp().total_length(27)); }},
        {"forwarded", "a first fragment", [](PacketPath& p) { return after(p, [] {}, frame().fragment(0x2000)); }},
        {"fragment_alone", "a last fragment", [](PacketPath& p) { return after(p, [] {}, frame().fragment(185)); }},
        {"fragment", "a last fragment after its first",
         [](PacketPath& p) {
             serve_web(p);
             (void)p.send(frame().fragment(0x2000));
             return p.send(frame().fragment(185));
         }},
        {"unrelated", "an ICMP error about no known connection",
         [](PacketPath& p) {
             serve_web(p);
             return p.send(frame().icmp_error(3, 4));
         }},
        {"related", "an ICMP error about a connection",
         [](PacketPath& p) {
             serve_web(p);
             (void)p.send(frame());
             return p.send(frame().icmp_error(3, 4));
         }},
        {"denied", "its source is on the deny list",
         [](PacketPath& p) {
             auto web = service(kVip, 80, {{real(1), 1}});
             web.deny = {*Prefix::parse("192.168.1.0/24")};
             p.serve({web});
             return p.send(frame());
         }},
        {"conn_max", "the table holds as many entries as it may",
         [](PacketPath& p) {
             serve_web(p);
             p.tables().settings->conn_max = 1;
             return p.send(frame());
         }},
        {"stateless", "more new flows than flood_rate",
         [](PacketPath& p) {
             serve_web(p);
             p.tables().settings->flood_rate = 1;
             Outcome last;
             for (std::uint16_t port = 1; port < 200 && last.verdict != "stateless"; ++port)
                 last = p.send(frame().from("192.168.1.128", port));
             return last;
         }},
        {"silent", "the rate of answers is used up",
         [](PacketPath& p) {
             p.serve({service(kVip, 80, {})});
             Outcome last;
             for (int i = 0; i < 1000 && last.verdict != "silent"; ++i) last = p.send(frame());
             return last;
         }},
        {"busy", "another CPU is just making the entry",
         [](PacketPath& p) {
             serve_web(p);
             auto const key = p.key_of(frame());
             p.buckets_of(key)[1]->slot[2] = {key, contract::make_meta(contract::SLOT_BUSY, 1, 0, 0, 0, 0)};
             return p.send(frame());
         }},
        {"busy", "another CPU has claimed the entry",
         [](PacketPath& p) {
             serve_web(p);
             auto const key = p.key_of(frame());
             p.buckets_of(key)[0]->slot[0] = {key, contract::make_meta(contract::SLOT_CLAIM, 1, 0, 0, 0, 0)};
             return p.send(frame());
         }},
        {"no_destination", "no server at all",
         [](PacketPath& p) {
             p.serve({service(kVip, 80, {})});
             return p.send(frame());
         }},
        {"no_destination", "only servers of weight 0",
         [](PacketPath& p) {
             p.serve({service(kVip, 80, {{real(1), 0}})});
             return p.send(frame());
         }},
        {"server_gone", "the connection's server was taken out",
         [](PacketPath& p) {
             p.serve({service(kVip, 80, {{real(1), 1}})});
             (void)p.send(frame());
             p.serve({service(kVip, 80, {})});
             return p.send(frame().ack());
         }},
        {"no_next_hop", "the server's MAC address is not known",
         [](PacketPath& p) {
             p.serve({service(kVip, 80, {{real(1), 1}})});
             p.programmer().set_next_hop(real(1).address, std::nullopt);
             return p.send(frame());
         }},
        {"no_next_hop", "the way out is an interface that has gone",
         [](PacketPath& p) {
             p.serve({service(kVip, 80, {{real(1), 1}})});
             only_server(p).next_hop = contract::next_hop_word(7, 77);
             return p.send(frame());
         }},
        {"ttl_expired", "TTL 1", [](PacketPath& p) { return after(p, [] {}, frame().ttl(1)); }},
        {"ttl_expired", "TTL 0", [](PacketPath& p) { return after(p, [] {}, frame().ttl(0)); }},
        {"no_room", "eight CPUs are in its two buckets",
         [](PacketPath& p) {
             serve_web(p);
             fill_with_busy(p, p.key_of(frame()));
             return p.send(frame());
         }},
    };
    return all;
}

enum Action { FORWARD, PASS, DROP, ANSWER };

Action action_of(std::string_view verdict) {
#define X(name, action, text) \
    if (verdict == #name) return action;
    DROVER_VERDICTS(X)
#undef X
    ADD_FAILURE() << "no verdict " << verdict;
    return DROP;
}

class Verdict : public PacketTest {};

TEST_F(Verdict, OfEachStoryIsAsTold) {
    for (auto const& [verdict, title, tell] : stories()) {
        SCOPED_TRACE(title);
        PacketPath fresh(64);
        auto const outcome = tell(fresh);
        if (outcome.verdict == "not taken") continue;
        // At tc the kernel finds that out by itself, when the program is done.
        if (PacketPath::is_tc() && title == std::string_view("the way out is an interface that has gone")) continue;
        EXPECT_EQ(outcome.verdict, verdict);
        switch (action_of(verdict)) {
            case ANSWER:
            case FORWARD: EXPECT_EQ(outcome.action, static_cast<std::uint32_t>(XDP_TX)); break;
            case PASS: EXPECT_EQ(outcome.action, static_cast<std::uint32_t>(XDP_PASS)); break;
            case DROP: EXPECT_EQ(outcome.action, static_cast<std::uint32_t>(XDP_DROP)); break;
        }
    }
}

TEST(Verdicts, AllHaveAStory) {
    std::set<std::string> told;
    for (auto const& story : stories()) told.insert(story.verdict);
    for (std::size_t i = 0; i < contract::VERDICT_COUNT; ++i) EXPECT_TRUE(told.contains(std::string(verdict_name(i)))) << verdict_name(i);
}

}  // namespace
}  // namespace drover::bpf::testing
