#include "dataplane/book.h"

#include <algorithm>

#include "dataplane/encode.h"
#include "dataplane/words.h"

namespace drover::dataplane {

namespace {

constexpr std::uint32_t kRoomStep = 4;  // records are handed out in fours, so that most additions need no move

std::uint32_t room_for(std::uint32_t servers) {
    return std::max(kRoomStep, (servers + kRoomStep - 1) / kRoomStep * kRoomStep);
}

/// Takes over what was counted; what is counted in the old place meanwhile stays there for the next time.
void move_load(contract::server_load& from, contract::server_load& to) {
    for (auto const member : {&contract::server_load::active, &contract::server_load::inactive,
                              &contract::server_load::persistent}) {
        auto const amount = load(from.*member);
        add(to.*member, amount);
        add(from.*member, 0 - amount);
    }
}

Endpoint endpoint_of(contract::server_name const& name) { return {get_address(name.address), swap_port(name.port)}; }

}  // namespace

Book::Book(Tables const& tables)
    : tables_(tables), records_(0, static_cast<std::uint32_t>(tables.servers.size())) {
    for (std::uint32_t id = 1; id < tables_.service_names.size(); ++id) {
        auto const& name = tables_.service_names[id];
        if (name.use == contract::NAME_FREE) continue;
        ids_[key_of(id)] = id;
        records_.reserve(name.server_base, name.server_room);
        next_id_ = id + 1;
        for (std::uint32_t i = 0; i < name.server_room; ++i) {
            auto const& server = tables_.server_names[name.server_base + i];
            if (server.use == contract::NAME_FREE) continue;
            numbers_[id].of[endpoint_of(server)] = static_cast<std::uint16_t>(i);
            numbers_[id].unused = i + 1;
        }
    }
}

std::vector<std::uint32_t> Book::in_service() const {
    std::vector<std::uint32_t> ids;
    for (std::uint32_t id = 1; id < next_id_; ++id)
        if (tables_.service_names[id].use == contract::NAME_IN_SERVICE) ids.push_back(id);
    return ids;
}

std::optional<std::uint32_t> Book::find_service(ServiceKey const& key) const {
    auto const found = ids_.find(key);
    if (found == ids_.end() || tables_.service_names[found->second].use != contract::NAME_IN_SERVICE)
        return std::nullopt;
    return found->second;
}

ServiceKey Book::key_of(std::uint32_t id) const {
    auto const& name = tables_.service_names[id];
    return {{get_address(name.address), swap_port(name.port)}, static_cast<Protocol>(name.protocol)};
}

Result<Book::Service> Book::add_service(ServiceKey const& key, std::uint32_t servers) {
    if (auto const known = ids_.find(key); known != ids_.end()) {
        tables_.service_names[known->second].use = contract::NAME_IN_SERVICE;
        return Service{known->second, false};
    }
    auto const id = free_id();
    if (!id) return std::unexpected(id.error());
    auto const room = std::min(room_for(servers), std::uint32_t{contract::MAX_SERVICE_SERVERS});
    auto const first = records_.allocate(room);
    if (!first) return fail("more than " + std::to_string(tables_.servers.size()) + " real servers");
    name_service(*id, key, {*first, room});
    return Service{*id, true};
}

void Book::name_service(std::uint32_t id, ServiceKey const& key, Stretch const& room) {
    auto& name = tables_.service_names[id];
    put_address(name.address, key.endpoint.address);
    name.port = swap_port(key.endpoint.port);
    name.protocol = static_cast<std::uint8_t>(key.protocol);
    name.server_base = room.first;
    name.server_room = room.length;
    name.use = contract::NAME_IN_SERVICE;
    // What an earlier use of the records has left.
    std::fill_n(tables_.server_names.begin() + room.first, room.length, contract::server_name{});
    std::fill_n(tables_.servers.begin() + room.first, room.length, contract::server{});
    std::fill_n(tables_.loads.begin() + room.first, room.length, contract::server_load{});
    ids_[key] = id;
    next_id_ = std::max(next_id_, id + 1);
}

/// A number never used, else one that is only remembered and has no connection left.
Result<std::uint32_t> Book::free_id() {
    if (next_id_ < tables_.service_names.size()) return next_id_;
    for (std::uint32_t id = 1; id < next_id_; ++id) {
        auto& name = tables_.service_names[id];
        if (name.use == contract::NAME_IN_SERVICE) continue;
        if (name.use == contract::NAME_REMEMBERED) {
            if (!is_idle_service(id)) continue;
            ids_.erase(key_of(id));
            numbers_.erase(id);
            records_.release(name.server_base, name.server_room);
            name.use = contract::NAME_FREE;
        }
        return id;
    }
    return fail("more than " + std::to_string(tables_.service_names.size() - 1) + " virtual services");
}

void Book::remove_service(std::uint32_t id) { tables_.service_names[id].use = contract::NAME_REMEMBERED; }

bool Book::is_idle_service(std::uint32_t id) const {
    auto const& name = tables_.service_names[id];
    for (std::uint32_t i = 0; i < name.server_room; ++i)
        if (!is_idle_server(name.server_base + i)) return false;
    return true;
}

bool Book::is_idle_server(std::uint32_t record) const {
    auto const& now = tables_.loads[record];
    return load(now.active) == 0 && load(now.inactive) == 0 && load(now.persistent) == 0;
}

bool Book::is_in_service(std::uint32_t record) const {
    return tables_.server_names[record].use == contract::NAME_IN_SERVICE;
}

std::optional<std::uint16_t> Book::known_server(std::uint32_t id, Endpoint const& server) const {
    auto const numbers = numbers_.find(id);
    if (numbers == numbers_.end()) return std::nullopt;
    auto const found = numbers->second.of.find(server);
    return found == numbers->second.of.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::uint16_t> Book::find_server(std::uint32_t id, Endpoint const& server) const {
    auto const number = known_server(id, server);
    return number && is_in_service(record_of(id, *number)) ? number : std::nullopt;
}

bool Book::is_in_service(std::uint32_t id, std::uint16_t number) const { return is_in_service(record_of(id, number)); }

std::uint32_t Book::record_of(std::uint32_t id, std::uint32_t number) const {
    return tables_.service_names[id].server_base + number;
}

Endpoint Book::server_of(std::uint32_t id, std::uint16_t number) const {
    return endpoint_of(tables_.server_names[record_of(id, number)]);
}

std::vector<std::uint16_t> Book::servers_in_service(std::uint32_t id) const {
    std::vector<std::uint16_t> numbers;
    auto const& service = tables_.service_names[id];
    for (std::uint32_t i = 0; i < service.server_room; ++i)
        if (is_in_service(service.server_base + i)) numbers.push_back(static_cast<std::uint16_t>(i));
    return numbers;
}

/// One that is only remembered and has no connection left.
std::optional<std::uint16_t> Book::idle_number(std::uint32_t id) const {
    auto const& service = tables_.service_names[id];
    for (std::uint32_t i = 0; i < service.server_room; ++i)
        if (!is_in_service(service.server_base + i) && is_idle_server(service.server_base + i))
            return static_cast<std::uint16_t>(i);
    return std::nullopt;
}

std::optional<Book::Server> Book::add_server(std::uint32_t id, Endpoint const& server) {
    auto& numbers = numbers_[id];
    if (auto const known = numbers.of.find(server); known != numbers.of.end()) {
        tables_.server_names[record_of(id, known->second)].use = contract::NAME_IN_SERVICE;
        return Server{known->second, false};
    }
    std::optional<std::uint16_t> number;
    if (numbers.unused < tables_.service_names[id].server_room)
        number = static_cast<std::uint16_t>(numbers.unused++);
    else
        number = idle_number(id);
    if (!number) return std::nullopt;
    auto& name = tables_.server_names[record_of(id, *number)];
    if (name.use == contract::NAME_REMEMBERED) numbers.of.erase(endpoint_of(name));
    name = contract::server_name{};
    put_address(name.address, server.address);
    name.port = swap_port(server.port);
    name.use = contract::NAME_IN_SERVICE;
    numbers.of[server] = *number;
    return Server{*number, true};
}

void Book::remove_server(std::uint32_t id, std::uint16_t number) {
    tables_.server_names[record_of(id, number)].use = contract::NAME_REMEMBERED;
}

Result<Book::Stretch> Book::grow_room(std::uint32_t id) {
    auto& service = tables_.service_names[id];
    Stretch const old{service.server_base, service.server_room};
    auto const length = std::min(room_for(old.length + old.length / 2 + 1), std::uint32_t{contract::MAX_SERVICE_SERVERS});
    if (length <= old.length) return fail("more than " + std::to_string(old.length) + " real servers in one service");
    auto const first = records_.allocate(length);
    if (!first) return fail("more than " + std::to_string(tables_.servers.size()) + " real servers");
    for (std::uint32_t i = 0; i < length; ++i) {
        bool const copied = i < old.length;
        tables_.servers[*first + i] = copied ? tables_.servers[old.first + i] : contract::server{};
        tables_.server_names[*first + i] = copied ? tables_.server_names[old.first + i] : contract::server_name{};
        tables_.loads[*first + i] = contract::server_load{};
        if (!copied) continue;
        auto& load_then = tables_.loads[old.first + i];
        tables_.loads[*first + i].overloaded = load_then.overloaded;
        tables_.loads[*first + i].cached = load_then.cached;
        move_load(load_then, tables_.loads[*first + i]);
    }
    service.server_base = *first;
    service.server_room = length;
    return old;
}

void Book::leave_room(std::uint32_t id, Stretch const& old) {
    for (std::uint32_t i = 0; i < old.length; ++i) move_load(tables_.loads[old.first + i], tables_.loads[record_of(id, i)]);
    records_.release(old.first, old.length);
}

}  // namespace drover::dataplane
