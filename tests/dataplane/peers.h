// Two directors in memory with the same services under other numbers, and what one tells the other.
#pragma once

#include "dataplane/news.h"
#include "dataplane/programmer.h"
#include "dataplane/replica.h"
#include "dataplane/rows.h"

#include "dataplane/entries.h"

namespace drover::dataplane::testing {

inline model::DesiredService served(std::string_view vip, std::uint16_t port, std::vector<std::string_view> servers,
                                    Protocol protocol = Protocol::tcp, std::uint32_t persistence = 0) {
    model::DesiredService made;
    made.key = {at(vip, port), protocol};
    made.persistence_timeout = persistence;
    for (auto const server : servers) made.servers.push_back({at(server, port), 1});
    return made;
}

class Director {
public:
    explicit Director(std::vector<model::DesiredService> services, std::uint32_t buckets = 64)
        : memory({.servers = 256, .services = 64, .buckets = buckets}) {
        EXPECT_TRUE(programmer.apply({{}, std::move(services)}));
        news.listen(true);
    }

    std::vector<model::ConnectionRow> rows(std::uint32_t now = kNow) {
        RowCursor cursor(memory.tables(), programmer.book(), kTicks);
        std::vector<model::ConnectionRow> all, some;
        while (cursor.next(some, 1000, now)) all.insert(all.end(), some.begin(), some.end());
        return all;
    }
    /// "TCP ESTABLISHED 192.168.1.128:40000 10.0.0.100:80 10.0.0.11:80", sorted.
    std::vector<std::string> lines(std::uint32_t now = kNow) {
        std::vector<std::string> lines;
        for (auto const& row : rows(now))
            lines.push_back(std::string(upper_name(row.protocol)) + " " + std::string(model::name(row.state)) + " " +
                            row.client.text() + " " + row.virtual_server.text() + " " + row.real_server.text());
        std::ranges::sort(lines);
        return lines;
    }

    /// What it tells when the walk goes all round.
    std::vector<sync::Connection> tells(std::uint32_t now = kNow, std::uint32_t period = 30) {
        std::vector<sync::Connection> connections;
        news.collect(connections, {100'000, slots.size(), period}, now);
        return connections;
    }
    void hears(std::vector<sync::Connection> const& connections, std::uint32_t now = kNow) {
        for (auto const& connection : connections) replica.put(connection, now);
    }

    static constexpr std::uint32_t kNow = 100'000;

    Memory memory;
    FakeKernel kernel;
    Programmer programmer{memory.tables(), kernel, kTicks};
    Translation translation{memory.tables(), programmer.book(), kTicks};
    SlotTable slots{memory.tables(), [this](SlotKey const& key, std::uint64_t meta) {
                        return contract::meta_age(meta, kNow) > translation.timeout_of(key, meta);
                    }};
    Told told{slots.size()};
    Replica replica{translation, slots, told};
    News news{memory.tables(), translation, slots, told, kTicks};
};

}  // namespace drover::dataplane::testing
