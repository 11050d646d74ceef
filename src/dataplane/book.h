// Which number stands for which service and which server: connections carry numbers only, so a number keeps its meaning
// while connections live, over removals, over restarts of the daemon, and a service or server that comes back gets its
// old number and with it its connections.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"
#include "dataplane/range_space.h"
#include "dataplane/tables.h"

namespace drover::dataplane {

class Book {
public:
    /// Reads what an earlier daemon has written.
    explicit Book(Tables const& tables);

    /// Ids of services in use.
    std::vector<std::uint32_t> in_service() const;
    std::optional<std::uint32_t> find_service(ServiceKey const& key) const;
    ServiceKey key_of(std::uint32_t id) const;

    /// The id for a service that is added: its old one, a fresh one, or one whose last connection is over.
    Result<std::uint32_t> add_service(ServiceKey const& key, std::uint32_t servers);
    void remove_service(std::uint32_t id);

    std::optional<std::uint16_t> find_server(std::uint32_t id, Endpoint const& server) const;
    Endpoint server_of(std::uint32_t id, std::uint16_t number) const;
    std::uint32_t record_of(std::uint32_t id, std::uint16_t number) const;
    /// Numbers of the servers in use, in the order of the configuration as far as it is known.
    std::vector<std::uint16_t> servers_in_service(std::uint32_t id) const;

    /// Nothing when the service's room is used up and grow_room() must come first.
    std::optional<std::uint16_t> add_server(std::uint32_t id, Endpoint const& server);
    void remove_server(std::uint32_t id, std::uint16_t number);

    /// Copies the service's records to a larger stretch and returns the old one, still in use by packets under way:
    /// hand it to release_records() after Kernel::wait_for_readers().
    struct Stretch {
        std::uint32_t first = 0;
        std::uint32_t length = 0;
    };
    Result<Stretch> grow_room(std::uint32_t id);
    void release_records(Stretch const& stretch);

    /// True if the record was given to somebody new, whose counters must start at nought.
    bool is_fresh_server(std::uint32_t record);
    bool is_fresh_service(std::uint32_t id);

private:
    bool is_idle_service(std::uint32_t id) const;
    bool is_idle_server(std::uint32_t record) const;
    Result<std::uint32_t> free_id();
    void name_service(std::uint32_t id, ServiceKey const& key, Stretch const& room);

    Tables tables_;
    RangeSpace records_;
    std::unordered_map<ServiceKey, std::uint32_t> ids_;
    std::uint32_t next_id_ = 1;
    std::vector<bool> fresh_servers_;
    std::vector<bool> fresh_services_;
};

}  // namespace drover::dataplane
