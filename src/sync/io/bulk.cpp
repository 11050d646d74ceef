#include "sync/io/bulk.h"

#include <array>
#include <string>

#include "sync/packer.h"

namespace drover::sync {

namespace {

constexpr std::size_t kLongest = 65535;  // a header cannot say more

Result<void> send_empty(SecureStream& stream, std::uint8_t id) {
    std::array<std::uint8_t, header_size> message{};
    write_header(message, id, 0);
    return stream.write(message);
}

/// The next message of the stream.
Result<Datagram> receive(SecureStream& stream, std::uint8_t id, std::vector<std::uint8_t>& message) {
    message.resize(header_size);
    if (auto done = stream.read(message); !done) return std::unexpected(done.error());
    std::size_t const length = std::size_t{message[2]} << 8 | message[3];
    if (length < header_size) return fail("the peer sent what is no sync message", EPROTO);
    message.resize(length);
    if (auto done = stream.read(std::span(message).subspan(header_size)); !done) return std::unexpected(done.error());
    auto datagram = decode(message, id);
    if (datagram.refused)
        return fail("the peer sent a sync message that is refused (" + std::string(name(*datagram.refused)) + ")", EPROTO);
    return datagram;
}

}  // namespace

Result<std::uint64_t> fetch_all(SecureStream& stream, std::uint8_t id,
                                std::function<bool(std::vector<Connection> const&)> const& take) {
    if (auto done = send_empty(stream, id); !done) return std::unexpected(done.error());
    std::vector<std::uint8_t> message;
    std::uint64_t count = 0;
    while (true) {
        auto const datagram = receive(stream, id, message);
        if (!datagram) return std::unexpected(datagram.error());
        if (message.size() == header_size) return count;
        count += datagram->connections.size();
        if (!take(datagram->connections)) return count;
    }
}

Result<std::uint64_t> send_all(SecureStream& stream, std::uint8_t id,
                               std::function<bool(std::vector<Connection>&)> const& next) {
    std::vector<std::uint8_t> request;
    if (auto const asked = receive(stream, id, request); !asked) return std::unexpected(asked.error());
    std::uint64_t count = 0;
    Result<void> sent;
    Packer packer(id, kLongest, [&](auto message, std::size_t connections) {
        if (sent) sent = stream.write(message);
        count += connections;
    });
    std::vector<Connection> connections;
    while (sent && next(connections)) {
        for (auto const& connection : connections) packer.add(connection);
        connections.clear();
    }
    packer.flush();
    if (sent) sent = send_empty(stream, id);
    if (!sent) return std::unexpected(sent.error());
    return count;
}

}  // namespace drover::sync
