#include "dataplane/book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/memory.h"

namespace drover::dataplane {
namespace {

using ::testing::ElementsAre;
using testing::at;
using testing::Memory;

ServiceKey service(std::uint32_t number) { return {{Address::v4(0x0a000000 + number), 80}, Protocol::tcp}; }
Endpoint server(std::uint32_t number) { return {Address::v4(0xc0a80000 + number), 80}; }

TEST(Book, GivesNumbersFromOneForServicesAndFromNoughtForServers) {
    Memory memory;
    Book book(memory.tables());
    auto const first = *book.add_service(service(1), 2), second = *book.add_service(service(2), 2);
    EXPECT_EQ(first.id, 1u);
    EXPECT_TRUE(first.fresh);
    EXPECT_EQ(second.id, 2u);
    EXPECT_EQ(book.add_server(1, server(1))->number, 0);
    EXPECT_EQ(book.add_server(1, server(2))->number, 1);
    EXPECT_EQ(book.add_server(2, server(2))->number, 0);
    EXPECT_THAT(book.in_service(), ElementsAre(1, 2));
    EXPECT_THAT(book.servers_in_service(1), ElementsAre(0, 1));
    EXPECT_EQ(book.key_of(2), service(2));
    EXPECT_EQ(book.server_of(1, 1), server(2));
    EXPECT_NE(book.record_of(1, 0), book.record_of(2, 0));
}

TEST(Book, KeepsAServersNumberOverRemovalAndReturn) {
    Memory memory;
    Book book(memory.tables());
    auto const id = book.add_service(service(1), 2)->id;
    (void)book.add_server(id, server(1));
    (void)book.add_server(id, server(2));
    book.remove_server(id, 0);
    EXPECT_EQ(book.find_server(id, server(1)), std::nullopt);
    EXPECT_EQ(book.add_server(id, server(3))->number, 2) << "0 is remembered";
    auto const back = *book.add_server(id, server(1));
    EXPECT_EQ(back.number, 0);
    EXPECT_FALSE(back.fresh);
}

TEST(Book, KeepsAServicesNumberAndItsServersOverRemovalAndReturn) {
    Memory memory;
    Book book(memory.tables());
    auto const id = book.add_service(service(1), 2)->id;
    (void)book.add_server(id, server(1));
    (void)book.add_server(id, server(2));
    for (auto const number : book.servers_in_service(id)) book.remove_server(id, number);
    book.remove_service(id);
    EXPECT_EQ(book.find_service(service(1)), std::nullopt);
    EXPECT_EQ(book.add_service(service(2), 2)->id, 2u);
    auto const back = *book.add_service(service(1), 1);
    EXPECT_EQ(back.id, id);
    EXPECT_FALSE(back.fresh);
    EXPECT_EQ(book.add_server(id, server(2))->number, 1);
}

TEST(Book, ReusesAServersNumberOnlyWhenItsLastConnectionIsOver) {
    Memory memory;
    Book book(memory.tables());
    auto const id = book.add_service(service(1), 4)->id;
    for (std::uint32_t i = 0; i < 4; ++i) (void)book.add_server(id, server(i));
    book.remove_server(id, 1);
    auto& load = memory.loads[book.record_of(id, 1)];
    for (auto const member : {&contract::server_load::active, &contract::server_load::inactive,
                              &contract::server_load::persistent}) {
        load.*member = 1;
        EXPECT_EQ(book.add_server(id, server(9)), std::nullopt);
        load.*member = 0;
    }
    auto const reused = *book.add_server(id, server(9));
    EXPECT_EQ(reused.number, 1);
    EXPECT_TRUE(reused.fresh);
    EXPECT_EQ(book.server_of(id, 1), server(9));
    EXPECT_EQ(book.add_server(id, server(1)), std::nullopt) << "its number means another server now";
}

TEST(Book, ReusesAServicesNumberOnlyWhenItsLastConnectionIsOver) {
    Memory memory({.services = 4});
    Book book(memory.tables());
    for (std::uint32_t i = 1; i <= 3; ++i) {
        (void)book.add_service(service(i), 1);
        (void)book.add_server(i, server(i));
    }
    EXPECT_EQ(book.add_service(service(4), 1).error().message, "more than 3 virtual services");
    book.remove_server(2, 0);
    book.remove_service(2);
    memory.loads[book.record_of(2, 0)].inactive = 1;
    EXPECT_FALSE(book.add_service(service(4), 1));
    memory.loads[book.record_of(2, 0)].inactive = 0;
    auto const reused = *book.add_service(service(4), 1);
    EXPECT_EQ(reused.id, 2u);
    EXPECT_TRUE(reused.fresh);
    EXPECT_EQ(book.add_server(2, server(2))->fresh, true) << "the former service's servers are forgotten";
}

TEST(Book, GrowsByCopyingAndKeepsTheNumbers) {
    Memory memory;
    Book book(memory.tables());
    auto const id = book.add_service(service(1), 1)->id;
    for (std::uint32_t i = 0; i < 4; ++i) {
        (void)book.add_server(id, server(i));
        memory.servers[book.record_of(id, i)].weight = i + 1;
        memory.loads[book.record_of(id, i)].active = 10 * i;
    }
    ASSERT_EQ(book.add_server(id, server(4)), std::nullopt);
    auto const old = *book.grow_room(id);
    EXPECT_EQ(old.length, 4u);
    EXPECT_EQ(book.add_server(id, server(4))->number, 4);
    memory.loads[old.first + 2].active += 3;  // packets that were under way
    memory.loads[old.first + 3].active -= 1;
    book.leave_room(id, old);
    for (std::uint32_t i = 0; i < 4; ++i) {
        EXPECT_EQ(book.server_of(id, i), server(i));
        EXPECT_EQ(memory.servers[book.record_of(id, i)].weight, i + 1);
    }
    EXPECT_EQ(memory.loads[book.record_of(id, 1)].active, 10u);
    EXPECT_EQ(memory.loads[book.record_of(id, 2)].active, 23u);
    EXPECT_EQ(memory.loads[book.record_of(id, 3)].active, 29u);
}

TEST(Book, HandsOutLeftRoomCleared) {
    Memory memory;
    Book book(memory.tables());
    auto const id = book.add_service(service(1), 4)->id;
    for (std::uint32_t i = 0; i < 4; ++i) (void)book.add_server(id, server(i));
    auto const old = *book.grow_room(id);
    memory.servers[old.first].flags = contract::SERVER_AVAILABLE;
    book.leave_room(id, old);
    auto const next = book.add_service(service(2), 4)->id;
    ASSERT_EQ(book.record_of(next, 0), old.first);
    EXPECT_EQ(memory.servers[old.first].flags, 0u);
    EXPECT_EQ(book.servers_in_service(next).size(), 0u);
}

TEST(Book, ReadByTheNextDaemonSaysTheSame) {
    Memory memory;
    Book book(memory.tables());
    for (std::uint32_t s = 1; s <= 3; ++s) {
        (void)book.add_service(service(s), 2);
        for (std::uint32_t i = 0; i < 3; ++i) (void)book.add_server(s, server(i));
    }
    book.remove_server(1, 1);
    for (auto const number : book.servers_in_service(2)) book.remove_server(2, number);
    book.remove_service(2);

    Book next(memory.tables());
    EXPECT_THAT(next.in_service(), ElementsAre(1, 3));
    EXPECT_THAT(next.servers_in_service(1), ElementsAre(0, 2));
    EXPECT_EQ(next.find_service(service(3)), 3u);
    EXPECT_EQ(next.add_server(1, server(1))->number, 1);
    auto const back = *next.add_service(service(2), 2);
    EXPECT_EQ(back.id, 2u);
    EXPECT_FALSE(back.fresh);
    EXPECT_EQ(next.add_server(2, server(2))->number, 2);
    EXPECT_EQ(next.add_service(service(4), 4)->id, 4u);
    EXPECT_EQ(next.record_of(4, 0), 12u) << "behind the records in use";
}

TEST(Book, RefusesMoreServersThanThereAreRecords) {
    Memory memory({.servers = 8});
    Book book(memory.tables());
    (void)book.add_service(service(1), 4);
    (void)book.add_service(service(2), 4);
    EXPECT_EQ(book.add_service(service(3), 1).error().message, "more than 8 real servers");
    EXPECT_EQ(book.grow_room(1).error().message, "more than 8 real servers");
}

TEST(Book, RefusesMoreServersThanAnEntryCanName) {
    Memory memory;
    Book book(memory.tables());
    auto const id = book.add_service(service(1), 70'000)->id;
    for (std::uint32_t i = 0; i < contract::MAX_SERVICE_SERVERS; ++i) ASSERT_EQ(book.add_server(id, server(i))->number, i);
    EXPECT_EQ(book.add_server(id, server(65'535)), std::nullopt);
    EXPECT_EQ(book.grow_room(id).error().message, "more than 65535 real servers in one service");
}

}  // namespace
}  // namespace drover::dataplane
