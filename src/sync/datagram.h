// IPVS's sync messages on the wire (net/netfilter/ipvs/ip_vs_sync.c): version 1, and version 0, which is only read.
// Pure: bytes in, values out. Byte order ends here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sync/connection.h"

namespace drover::sync {

/// UDP port and group of IPVS's sync daemon.
constexpr std::uint16_t default_port = 8848;
constexpr std::uint32_t default_group = 0xe0000051;  // 224.0.0.81

constexpr std::size_t header_size = 8;
constexpr std::size_t most_connections = 255;  ///< of one message: their number is one byte

/// Why a message, or what is left of it, is not believed.
enum class Reason {
    too_short,      ///< not even a header
    length,         ///< the header tells another length than came
    syncid,         ///< of another group of directors
    entry_cut,      ///< an entry ends behind the message's end
    entry_size,     ///< an entry says that it is shorter than it must be
    entry_version,  ///< an entry of a version that does not exist
    option_cut,     ///< an option without length, or one that ends behind its entry
    option_size,    ///< an option's data is longer or shorter than it can be
    option_twice,
    // The entry alone is left out:
    unknown_option,    ///< one that must be understood
    one_packet,        ///< ONE_PACKET, which has no entry
    template_no_port,  ///< a template that says NO_CPORT
    protocol,          ///< neither TCP, UDP nor SCTP
    state,             ///< a state the protocol does not have
};
constexpr std::size_t reason_count = 14;
std::string_view name(Reason reason);

/// What was in a message. Entries in front of a malformed one hold, as they do for the kernel.
struct Datagram {
    std::uint8_t version = 1;
    std::uint8_t syncid = 0;
    std::vector<Connection> connections;
    std::vector<Reason> left_out;   ///< for each entry that was left out alone
    std::optional<Reason> refused;  ///< the rest of the message, or all of it
};

/// `syncid`: the one that must stand in it; 0: any.
Datagram decode(std::span<std::uint8_t const> bytes, std::uint8_t syncid = 0);

/// Appends the entry to a message of version 1, aligned as entries are.
void append(std::vector<std::uint8_t>& message, Connection const& connection);
/// The bytes that append() would add to a message of that length.
std::size_t appended_size(std::size_t length, Connection const& connection);
/// Writes the header of a message with so many entries behind it.
void write_header(std::span<std::uint8_t> message, std::uint8_t syncid, std::size_t connections);

}  // namespace drover::sync
