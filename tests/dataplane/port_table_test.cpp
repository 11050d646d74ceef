#include "dataplane/port_table.h"

#include <gtest/gtest.h>

#include "dataplane/memory.h"

namespace drover::dataplane {
namespace {

using testing::Memory;

Mac mac(std::uint8_t last) { return {{2, 0, 0, 0, 0, last}}; }

TEST(PortTable, PutsAnInterfaceInTheSlotOfItsNumber) {
    Memory memory;
    PortTable ports(memory.ports, memory.settings);
    EXPECT_EQ(ports.put(7, mac(1)), 7u);
    EXPECT_EQ(ports.find(7), 7u);
    EXPECT_EQ(ports.ifindex_at(7), 7u);
    EXPECT_EQ(mac_of(memory.ports[7].mac), mac(1));
}

TEST(PortTable, BringsAMacUpToDateInPlace) {
    Memory memory;
    PortTable ports(memory.ports, memory.settings);
    (void)ports.put(7, mac(1));
    EXPECT_EQ(ports.put(7, mac(2)), 7u);
    EXPECT_EQ(mac_of(memory.ports[7].mac), mac(2));
}

TEST(PortTable, ProbesPastSlotsInUseAndSaysWhenItCannot) {
    Memory memory;
    PortTable ports(memory.ports, memory.settings);
    EXPECT_EQ(ports.put(5, mac(1)), 5u);
    EXPECT_EQ(ports.put(256 + 5, mac(2)), 6u);
    EXPECT_EQ(ports.put(512 + 5, mac(3)), 7u);
    EXPECT_EQ(ports.put(768 + 5, mac(4)), 8u);
    EXPECT_EQ(ports.put(1024 + 5, mac(5)).error().message,
              "no room for interface number 1029 in the packet path's table");
    ports.erase(512 + 5);
    EXPECT_EQ(ports.find(768 + 5), 8u) << "a hole before it does not hide an interface";
    EXPECT_EQ(ports.put(1024 + 5, mac(5)), 7u);
}

TEST(PortTable, NeverUsesSlotNought) {
    Memory memory;
    PortTable ports(memory.ports, memory.settings);
    EXPECT_EQ(ports.put(256, mac(1)), 1u);
    EXPECT_EQ(ports.find(0), std::nullopt) << "0 is no interface's number";
}

TEST(PortTable, KnowsPeersByLinkAndAddress) {
    Memory memory;
    PortTable ports(memory.ports, memory.settings);
    (void)ports.put(7, mac(1));
    EXPECT_TRUE(ports.add_peer(7, mac(65)));
    EXPECT_EQ(memory.ports[7].peer_filter, std::uint64_t{1} << (65 & 63));
    EXPECT_EQ(mac_of(memory.settings.peer[0]), mac(65));
    EXPECT_TRUE(ports.add_peer(7, mac(65)));
    EXPECT_EQ(memory.settings.peer[1], 0u) << "known already";
    EXPECT_FALSE(ports.add_peer(8, mac(66))) << "no such interface";
    for (std::uint8_t i = 1; i < contract::MAX_PEERS; ++i) EXPECT_TRUE(ports.add_peer(7, mac(65 + i)));
    EXPECT_FALSE(ports.add_peer(7, mac(1)));
    ports.erase(7);
    EXPECT_EQ(memory.ports[7].peer_filter, 0u);
}

}  // namespace
}  // namespace drover::dataplane
