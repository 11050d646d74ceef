// Messages recorded from the kernel's sync daemon (data/*.pcap: Ethernet, IPv4, UDP), and connections made by hand.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sync/connection.h"

namespace drover::sync::testing {

using Bytes = std::vector<std::uint8_t>;

inline std::string data_file(std::string const& name) { return DROVER_SOURCE_DIR "/tests/sync/data/" + name; }

inline std::string text_of(std::string const& name) {
    std::ifstream file(data_file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The UDP payloads of a recording.
inline std::vector<Bytes> messages_of(std::string const& recording) {
    constexpr std::size_t file_header = 24, record_header = 16, ethernet = 14, udp = 8;
    auto const bytes = text_of(recording);
    std::vector<Bytes> messages;
    for (auto at = file_header; at + record_header < bytes.size();) {
        auto const byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[at + i]); };
        std::size_t const length = byte(8) | byte(9) << 8;
        at += record_header;
        auto const ip = std::size_t{byte(ethernet)} % 16 * 4;
        messages.emplace_back(bytes.begin() + static_cast<std::ptrdiff_t>(at + ethernet + ip + udp),
                              bytes.begin() + static_cast<std::ptrdiff_t>(at + length));
        at += length;
    }
    return messages;
}

inline Endpoint at(std::string_view address, std::uint16_t port) { return {*Address::parse(address), port}; }

inline Connection tcp(std::uint16_t client_port = 41000) {
    Connection connection;
    connection.protocol = 6;
    connection.client = at("10.0.0.1", client_port);
    connection.virtual_server = at("10.0.0.100", 80);
    connection.real_server = at("10.0.0.11", 80);
    connection.flags = flag_direct_routing | flag_no_output;
    connection.state = tcp_established;
    connection.timeout = 900;
    return connection;
}

inline Connection tcp6() {
    auto connection = tcp();
    connection.client = at("2001:db8::1", 45001);
    connection.virtual_server = at("2001:db8::100", 8080);
    connection.real_server = at("2001:db8::12", 8080);
    return connection;
}

}  // namespace drover::sync::testing
