// Between slots of the connection table and connections as sync messages name them: a slot has numbers, which mean something
// on this host alone, a message has addresses.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "dataplane/book.h"
#include "dataplane/slot_ref.h"
#include "dataplane/tables.h"
#include "dataplane/ticks.h"
#include "sync/connection.h"

namespace drover::dataplane {

class Translation {
public:
    Translation(Tables const& tables, Book const& book, Ticks ticks) : tables_(tables), book_(book), ticks_(ticks) {}

    bool is_wide(std::uint32_t service) const;
    /// Its instance is MASTER here. Of a service without instance nobody knows.
    bool is_serving(std::uint32_t service) const;

    /// What peers are told of an entry; nothing: its numbers mean nothing any more.
    std::optional<sync::Connection> told(SlotKey const& wide, std::uint64_t meta, std::uint32_t now) const;
    /// That an entry with this key is over.
    std::optional<sync::Connection> ended(SlotKey const& wide) const;

    /// What stands in the table for a connection that was told.
    struct Entry {
        SlotKey key;  ///< as it stands in the table
        bool is_wide = false;
        std::uint64_t meta = 0;  ///< server, state, flags and tick
    };
    enum class Unknown { service, server, firewall_mark };
    /// `ended`: without a server.
    std::expected<Entry, Unknown> entry(sync::Connection const& connection, std::uint32_t now) const;

    /// Ticks without a packet after which it is over, the grace of templates not counted.
    std::uint32_t timeout_of(SlotKey const& key, std::uint64_t meta) const;

private:
    std::optional<std::uint32_t> service_of(sync::Connection const& connection) const;
    std::optional<std::uint16_t> server_of(std::uint32_t id, sync::Connection const& connection) const;
    std::optional<sync::Connection> named(SlotKey const& wide) const;

    Tables tables_;
    Book const& book_;
    Ticks ticks_;
};

}  // namespace drover::dataplane
