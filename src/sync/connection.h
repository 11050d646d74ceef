// A connection as one director tells the other about it: the entry of an IPVS sync message, in host byte order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/endpoint.h"

namespace drover::sync {

/// IP_VS_CONN_F_* that go on the wire.
enum Flag : std::uint32_t {
    flag_direct_routing = 0x0003,  ///< of the forwarding method's three bits
    flag_forwarding = 0x0007,
    flag_no_output = 0x0080,  ///< answers do not pass the director
    flag_inactive = 0x0100,   ///< counts as InActConn
    flag_output_sequence = 0x0200,
    flag_input_sequence = 0x0400,
    flag_no_client_port = 0x0800,
    flag_template = 0x1000,
    flag_one_packet = 0x2000,
};

/// The states of IPVS that are asked for by name, by protocol.
enum TcpState : std::uint16_t {
    tcp_established = 1,
    tcp_fin_wait = 4,
    tcp_time_wait = 5,
    tcp_close = 6,
    tcp_close_wait = 7,
    tcp_states = 11
};
enum SctpState : std::uint16_t {
    sctp_established = 8,
    sctp_shutdown_sent,
    sctp_shutdown_received,
    sctp_shutdown_ack_sent,
    sctp_closed = 13,
    sctp_states
};
enum TemplateState : std::uint16_t { template_none, template_assured };

/// What IPVS keeps of one direction when it changes the payload (NAT of FTP).
struct Sequence {
    std::uint32_t initial = 0;
    std::uint32_t delta = 0;
    std::uint32_t previous_delta = 0;
    bool operator==(Sequence const&) const = default;
};

struct Connection {
    std::uint8_t protocol = 0;  ///< IP protocol number; 0: the template of a service by firewall mark
    Endpoint client;            ///< of a template: the masked address, port 0
    Endpoint virtual_server;    ///< of one by firewall mark: the mark as an address
    Endpoint real_server;
    std::uint32_t flags = 0;  ///< Flag
    std::uint16_t state = 0;  ///< IPVS's number in the protocol's own enumeration
    std::uint32_t fwmark = 0;
    std::optional<std::uint32_t> timeout;              ///< seconds it has left; version 0 does not tell
    std::optional<std::array<Sequence, 2>> sequences;  ///< in and out
    std::vector<std::uint8_t> engine_data;             ///< of a persistence engine (SIP's Call-ID)
    std::string engine;                                ///< its name
    bool ended = false;  ///< between drovers: forget this connection, it is over before its time

    bool is_template() const { return (flags & flag_template) != 0; }
    bool operator==(Connection const&) const = default;
};

}  // namespace drover::sync
