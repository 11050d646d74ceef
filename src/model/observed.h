// What was seen: rows for listings and for `drover status`. Plain values, made by dataplane/, vrrp/ and health/ through
// app/, shown by control/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/endpoint.h"
#include "base/mac.h"
#include "model/author.h"
#include "model/edit.h"
#include "model/global.h"
#include "model/handover.h"
#include "model/service.h"
#include "model/sync.h"
#include "model/tracking.h"

namespace drover::model {

/// IPVS's connection states, by its numbers (research ipvs.md 2.1), plus what its listings show for others.
enum class ConnectionState : std::uint8_t {
    none, established, syn_sent, syn_recv, fin_wait, time_wait, close, close_wait, last_ack, listen, synack,
    udp,      ///< any live UDP entry
    init1, init, cookie_sent, cookie_replied, cookie_wait, cookie, cookie_echoed, shutdown_sent, shutdown_received,
    shutdown_ack_sent, rejected, closed,  ///< SCTP, besides none and established
    assured,  ///< a persistence template with a child that was established
};

/// "ESTABLISHED", "SYN_RECV", "UDP", "NONE", "ASSURED": the word in ipvsadm -Lnc.
std::string_view name(ConnectionState state);

struct ConnectionRow {
    Protocol protocol = Protocol::tcp;
    std::uint32_t expires = 0;  ///< seconds left
    ConnectionState state = ConnectionState::none;
    Endpoint client;            ///< a template has port 0 and the masked address
    Endpoint virtual_server;
    Endpoint real_server;
    bool is_template = false;
    bool of_mark = false;  ///< a template of a firewall mark: for every protocol
    std::string persistence_engine, persistence_data;  ///< of a template that an engine made
};

/// Totals since the object was made. Outgoing traffic never passes a DR director: that is NAT's.
struct Counters {
    std::uint64_t connections = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;  ///< IP length, without the Ethernet header
    std::uint64_t packets_out = 0;
    std::uint64_t bytes_out = 0;
};

/// Per second, by IPVS's estimator: the mean of the last seconds, the newest counting most.
struct Rates {
    std::uint64_t connections = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t packets_out = 0;
    std::uint64_t bytes_out = 0;
    bool operator==(Rates const&) const = default;
};

struct ServerObserved {
    Endpoint endpoint;
    std::int32_t weight = 0;  ///< by which it is scheduled now
    std::optional<std::int32_t> rising_to = std::nullopt;  ///< slow_start: the weight that it is on the way to
    std::uint32_t active = 0;      ///< ActiveConn
    std::uint32_t inactive = 0;    ///< InActConn
    std::uint32_t persistent = 0;  ///< PersistConn: templates
    std::uint32_t upper_threshold = 0;
    std::uint32_t lower_threshold = 0;
    bool overloaded = false;       ///< the upper threshold was reached: no new connections until it is below the lower one
    Counters counters;
    Rates rates;
    std::optional<Mac> next_hop;   ///< none: not resolved, packets for it are dropped
    std::string next_hop_interface;
    bool local = false;            ///< the server is this host: packets go to its own stack
    Forwarding forwarding = Forwarding::direct_routing;
    Tunnel tunnel;
    std::optional<Author> changed = std::nullopt;  ///< of a configured service: whose command made it what it is
};

struct ServiceObserved {
    ServiceKey key;            ///< of a firewall mark: as in ServiceName
    std::uint32_t fwmark = 0;  ///< 0: none
    Scheduler scheduler = Scheduler::rr;
    SchedulerFlags flags;
    bool one_packet = false;
    std::uint32_t persistence_timeout = 0;
    std::uint8_t persistence_prefix = 32;
    std::optional<std::uint32_t> persistence_mask = std::nullopt;  ///< an IPv4 mask that is no prefix: it counts instead
    std::string persistence_engine;
    std::optional<Author> changed = std::nullopt;  ///< whose command made it, or made it what it is
    bool configured = true;                        ///< false: only a command knows it
    std::string instance;
    bool gate_open = true;
    std::uint32_t allow = 0;   ///< how many prefixes
    std::uint32_t deny = 0;
    bool unreachable = false;  ///< it has servers, and the MAC address of none is known
    Counters counters;
    Rates rates;
    std::vector<ServerObserved> servers;
};

/// How packets are taken on one interface.
struct AttachmentObserved {
    std::string interface;
    std::string mode;    ///< "native", "tc" or "generic": model::Taking
    std::string reason;  ///< why not a better one; empty for native unless it is forced
};

struct VerdictCount {
    std::string action;  ///< "forward", "pass", "answer" or "drop"
    std::string reason;
    std::uint64_t packets = 0;
};

/// One of the two connection tables: "narrow" for IPv4 services of one port, "wide" for all others.
struct TableObserved {
    std::string name;
    std::uint64_t slots = 0;
    std::uint64_t entries = 0;  ///< live at the last sweep
};

/// New flows that took the slot of another entry, by the kind of that one.
struct EvictionCount {
    std::string kind;  ///< "expired", "closed", "template", "half_open", "oldest"
    std::uint64_t entries = 0;
};

struct FloodObserved {
    bool lasts = false;               ///< new flows come faster than Limits::flood_rate
    std::int64_t since_unix_us = 0;   ///< of the flood that lasts; 0: none does
};

struct DataplaneObserved {
    std::vector<AttachmentObserved> attachments;
    std::uint64_t capacity = 0;  ///< connection table slots; what ipvsadm prints as (size=N)
    std::uint64_t entries = 0;   ///< live entries at the last sweep
    std::vector<TableObserved> tables;
    std::uint64_t live_evictions = 0;
    std::vector<EvictionCount> evictions;
    Timeouts timeouts;
    Limits limits;
    FloodObserved flood;
    Rates rates;  ///< of all services together
    std::vector<VerdictCount> verdicts;
    std::optional<Author> timeouts_changed;  ///< who set them; nothing: they are the configuration's
    std::vector<SyncDaemon> sync_daemons;
    std::vector<ServiceObserved> services;
};

/// What became of the connections that another director told of.
struct SyncTaken {
    std::uint64_t made = 0;
    std::uint64_t confirmed = 0;  ///< known with this server: state and time were brought in line
    std::uint64_t replaced = 0;   ///< known with another server
    std::uint64_t kept = 0;       ///< this director knows better: it serves the connection, or has a newer one
    std::uint64_t ended = 0;      ///< over before their time
    std::uint64_t unknown_service = 0;
    std::uint64_t unknown_server = 0;
    std::uint64_t firewall_mark = 0;  ///< templates of services by firewall mark, which are not there
    std::uint64_t busy = 0;           ///< somebody else was changing the entry
    std::uint64_t no_room = 0;
};

struct SyncRefusal {
    std::string reason;
    std::uint64_t messages = 0;  ///< or entries, for what costs an entry alone
};

/// Whole tables, to and from peers; times are 0 when it never was.
struct SyncPeeringObserved {
    std::vector<Address> peers;
    bool has_key = false;  ///< without one nobody joins anybody
    std::int64_t joined_unix_us = 0;  ///< when this director last had a peer's whole table
    std::string joined;               ///< whose
    std::uint64_t joined_connections = 0;
    std::int64_t served_unix_us = 0;  ///< when a peer last had this director's whole table
    std::string served;
    std::uint64_t served_connections = 0;
    std::uint64_t strangers = 0;      ///< came in without the key
    std::string trouble;              ///< why the last joining failed, a sentence
};

/// Connection sync as it is now.
struct SyncObserved {
    SyncChannel master;          ///< ipvsadm's master daemon, the one that tells; an empty interface: none was started
    SyncChannel backup;          ///< the one that hears
    bool tells = false;         ///< the master daemon is at work: its instance is MASTER, or it has none
    std::uint64_t messages_sent = 0;
    std::uint64_t connections_sent = 0;
    std::uint64_t send_errors = 0;
    std::uint64_t waiting = 0;  ///< new connections that are not told yet
    std::uint64_t missed = 0;   ///< came faster than they could be told: left to the walk over the table
    std::uint64_t held_back = 0;  ///< turns in which more was to be told than the rate allows
    std::int64_t lag_us = 0;    ///< of the last second: the longest that a new connection can have waited for its message
    std::uint64_t messages_received = 0;
    std::uint64_t connections_received = 0;
    std::int64_t heard_unix_us = 0;  ///< when a message came in last; 0: never
    SyncTaken taken;
    std::vector<SyncRefusal> refused;
    SyncPeeringObserved peering;
    HandoverObserved handover;
    std::vector<std::string> notes;  ///< what is wrong or missing, a sentence each
};

enum class VrrpState { init, backup, master, fault };

/// "INIT", "BACKUP", "MASTER", "FAULT".
std::string_view name(VrrpState state);

/// Somebody else whose adverts were refused, or who claims the addresses beside us.
struct RivalObserved {
    std::string who;     ///< its address, or the MAC of one that answers ARP
    std::string reason;  ///< "password", "interval", "second master", "ARP", ...
    std::string text;    ///< of the last time
    std::uint64_t count = 0;
    std::int64_t last_unix_us = 0;
};

/// What an instance has counted since it began, as keepalived counts it.
struct AdvertCounts {
    std::uint64_t received = 0, sent = 0;
    std::uint64_t became_master = 0, released_master = 0;
    std::uint64_t wrong_length = 0, wrong_ttl = 0, wrong_type = 0, wrong_interval = 0, wrong_addresses = 0;
    std::uint64_t unknown_authentication = 0, other_authentication = 0, wrong_password = 0;
    std::uint64_t zero_received = 0, zero_sent = 0;  ///< adverts of priority 0
    AdvertCounts operator-(AdvertCounts const& earlier) const;
};

/// A script, file or process that is tracked.
struct TrackObserved {
    TrackKind kind = TrackKind::script;
    std::string name;
    std::optional<int> value;  ///< script, process: 1 good, 0 bad; file: the number in it; nothing: not known yet
    int against = 0;           ///< script: results in a row that speak against its value
    bool is_running = false;   ///< script: just now
    int processes = 0;         ///< process: how many of it run
};

struct InstanceObserved {
    std::string name;
    std::string interface;
    std::uint8_t virtual_router_id = 0;
    VrrpState state = VrrpState::init;
    std::int64_t since_unix_us = 0;  ///< wall clock of the last transition, microseconds since 1970
    std::string reason;              ///< why it is in this state, a sentence
    int priority = 0;                ///< configured
    int effective_priority = 0;
    std::vector<Address> addresses;
    std::optional<Address> master_address;  ///< whose adverts were heard last
    std::uint64_t adverts_sent = 0;
    std::uint64_t adverts_received = 0;
    std::uint64_t became_master = 0;
    std::optional<Address> gave_to;  ///< whom it has handed over to and does not preempt
    std::uint64_t late = 0;  ///< times the daemon woke after its peers could have taken over
    std::string split_brain;  ///< who is master beside us and why that is not settled; empty: nobody
    std::vector<RivalObserved> rivals;
    VrrpState wanted = VrrpState::init;         ///< in a sync group it may have to wait for the others
    std::optional<Address> source;              ///< of its adverts
    int master_priority = 0;                    ///< of the master that it follows; 0: none
    Duration master_interval{0};                ///< of that master's adverts, or its own
    Duration down_interval{0};                  ///< how long it waits for them
    std::int64_t timer_unix_us = 0;             ///< when it acts next, unless it hears something; 0: never
    AdvertCounts counts;
    std::vector<std::string> notes;  ///< tracked interfaces left out, source address replaced, adverts refused and why
};

enum class HealthState { unknown, up, down };

std::string_view name(HealthState state);

struct CheckObserved {
    ServiceKey service;
    Endpoint server;
    std::string kind;  ///< "TCP_CHECK", "HTTP_GET"
    HealthState state = HealthState::unknown;
    std::int64_t since_unix_us = 0;  ///< of the judgement
    std::string last_result;         ///< a sentence
    /// Since when the packet path has gone by what the checks of this server say together: no connection that began
    /// later was given to a server that they had found down. Not before `since`, unless another check decided earlier.
    std::int64_t in_force_unix_us = 0;
};

}  // namespace drover::model
