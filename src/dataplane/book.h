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

    struct Service {
        std::uint32_t id = 0;
        bool fresh = false;  ///< the number never meant this service: its counters must start at nought
    };
    /// The id for a service that is added: its old one, an unused one, or one whose last connection is over.
    Result<Service> add_service(ServiceKey const& key, std::uint32_t servers);
    void remove_service(std::uint32_t id);

    std::optional<std::uint16_t> find_server(std::uint32_t id, Endpoint const& server) const;
    /// Also one that is only remembered: its connections may still come.
    std::optional<std::uint16_t> known_server(std::uint32_t id, Endpoint const& server) const;
    Endpoint server_of(std::uint32_t id, std::uint16_t number) const;
    std::uint32_t record_of(std::uint32_t id, std::uint32_t number) const;
    bool is_in_service(std::uint32_t id, std::uint16_t number) const;
    /// Numbers of the servers in use, ascending.
    std::vector<std::uint16_t> servers_in_service(std::uint32_t id) const;

    struct Server {
        std::uint16_t number = 0;
        bool fresh = false;
    };
    /// Nothing when the service's room is used up and grow_room() must come first.
    std::optional<Server> add_server(std::uint32_t id, Endpoint const& server);
    void remove_server(std::uint32_t id, std::uint16_t number);

    /// Copies the service's records to a larger stretch and returns the old one, still in use by packets under way:
    /// hand it to leave_room() after Kernel::wait_for_readers().
    struct Stretch {
        std::uint32_t first = 0;
        std::uint32_t length = 0;
    };
    Result<Stretch> grow_room(std::uint32_t id);
    /// What was last counted in the old records is taken along, and they can be used for something else.
    void leave_room(std::uint32_t id, Stretch const& old);

private:
    bool is_idle_service(std::uint32_t id) const;
    bool is_idle_server(std::uint32_t record) const;
    bool is_in_service(std::uint32_t record) const;
    Result<std::uint32_t> free_id();
    std::optional<std::uint16_t> idle_number(std::uint32_t id) const;
    void name_service(std::uint32_t id, ServiceKey const& key, Stretch const& room);

    Tables tables_;
    RangeSpace records_;
    std::unordered_map<ServiceKey, std::uint32_t> ids_;  // in service and remembered
    struct Numbers {
        std::unordered_map<Endpoint, std::uint16_t> of;  // in service and remembered
        std::uint32_t unused = 0;                         // from here on no number was ever given away
    };
    std::unordered_map<std::uint32_t, Numbers> numbers_;  // by service id
    std::uint32_t next_id_ = 1;
};

}  // namespace drover::dataplane
