#include "sync/datagram.h"

#include <algorithm>
#include <bitset>

namespace drover::sync {

namespace {

// Version 1. Offsets inside an entry are the same for both families up to the addresses.
constexpr std::size_t entry_head = 24;
constexpr std::size_t address_sizes[] = {4, 16};
constexpr std::uint8_t type_ipv6 = 1;
constexpr std::uint32_t accepted_flags = 0x1f87;

// Version 0.
constexpr std::size_t header_size_0 = 4;
constexpr std::size_t entry_size_0 = 24;
constexpr std::size_t sequences_size = 24;

enum OptionType : std::uint8_t {
    option_sequences = 1,
    option_engine_data = 2,
    option_engine = 3,
    /// drover's own. An entry with it means nothing to the kernel, which leaves out what has options it must know.
    option_ended = 0x21,
    option_may_be_unknown = 0x40,
};
constexpr std::size_t longest_engine = 16;

constexpr std::size_t aligned(std::size_t length) { return (length + 3) & ~std::size_t{3}; }

class Reader {
public:
    explicit Reader(std::span<std::uint8_t const> bytes) : bytes_(bytes) {}

    std::size_t left() const { return bytes_.size(); }
    std::span<std::uint8_t const> take(std::size_t length) {
        auto const taken = bytes_.first(length);
        bytes_ = bytes_.subspan(length);
        return taken;
    }
    void skip(std::size_t length) { take(std::min(length, left())); }
    std::uint8_t byte() { return take(1)[0]; }
    std::uint16_t half() {
        auto const b = take(2);
        return static_cast<std::uint16_t>(b[0] << 8 | b[1]);
    }
    std::uint32_t word() {
        auto const high = half();
        return std::uint32_t{high} << 16 | half();
    }
    Address address(std::size_t size) {
        if (size == 4) return Address::v4(word());
        Address::Bytes bytes;
        std::ranges::copy(take(size), bytes.begin());
        return Address(bytes);
    }
    Sequence sequence() {
        auto const initial = word(), delta = word();
        return {initial, delta, word()};
    }

private:
    std::span<std::uint8_t const> bytes_;
};

class Writer {
public:
    explicit Writer(std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

    void byte(std::size_t value) { bytes_.push_back(static_cast<std::uint8_t>(value)); }
    void half(std::size_t value) { byte(value >> 8), byte(value); }
    void word(std::uint32_t value) { half(value >> 16), half(value); }
    void address(Address const& address, std::size_t size) {
        bytes_.insert(bytes_.end(), address.bytes().end() - static_cast<std::ptrdiff_t>(size), address.bytes().end());
    }
    template <class Range>
    void option(std::size_t type, Range const& data) {
        byte(type), byte(data.size());
        bytes_.insert(bytes_.end(), data.begin(), data.end());
    }
    void sequence(Sequence const& s) { word(s.initial), word(s.delta), word(s.previous_delta); }

private:
    std::vector<std::uint8_t>& bytes_;
};

/// What is wrong with an entry that is well-formed.
std::optional<Reason> judge(Connection const& connection) {
    if ((connection.flags & flag_one_packet) != 0) return Reason::one_packet;
    if (connection.is_template())
        return (connection.flags & flag_no_client_port) != 0 ? std::optional(Reason::template_no_port) : std::nullopt;
    switch (connection.protocol) {
        case static_cast<std::uint8_t>(Protocol::tcp):
            return connection.state < tcp_states ? std::nullopt : std::optional(Reason::state);
        case static_cast<std::uint8_t>(Protocol::udp):
            return connection.state == 0 ? std::nullopt : std::optional(Reason::state);
        case static_cast<std::uint8_t>(Protocol::sctp):
            return connection.state < sctp_states ? std::nullopt : std::optional(Reason::state);
        default:
            return Reason::protocol;
    }
}

/// An option has a length that its type may have.
bool fits(int type, std::size_t length) {
    if (type == option_sequences) return length == sequences_size;
    return type != option_engine || length <= longest_engine;
}

/// One option of an entry; what is wrong with it.
std::optional<Reason> read_option(Reader& options, std::bitset<256>& seen, Connection& connection) {
    if (options.left() < 2) return Reason::option_cut;
    auto const marked = options.byte();
    int const type = marked & ~option_may_be_unknown;
    auto const length = options.byte();
    if (length == 0 || length > options.left()) return Reason::option_cut;
    if (!fits(type, length)) return Reason::option_size;
    if (seen[static_cast<std::size_t>(type)]) return Reason::option_twice;
    seen.set(static_cast<std::size_t>(type));
    auto const data = options.take(length);
    Reader inner(data);
    switch (type) {
        case option_sequences: {
            auto const in = inner.sequence();
            connection.sequences = {in, inner.sequence()};
            return std::nullopt;
        }
        case option_engine_data:
            connection.engine_data.assign(data.begin(), data.end());
            return std::nullopt;
        case option_engine:
            connection.engine.assign(data.begin(), data.end());
            return std::nullopt;
        case option_ended:
            connection.ended = true;
            return std::nullopt;
        default:
            return (marked & option_may_be_unknown) != 0 ? std::nullopt : std::optional(Reason::unknown_option);
    }
}

/// The rest of the message goes with the entry, because nobody knows where the next one begins or what it is worth.
bool spoils_all(Reason reason) { return reason < Reason::unknown_option; }

/// The inside of an entry of version 1, its options included.
std::optional<Reason> read_entry(Reader entry, Connection& connection) {
    auto const address_size = address_sizes[entry.byte() & type_ipv6];
    connection.protocol = entry.byte();
    entry.skip(2);  // version and length
    connection.flags = entry.word();
    connection.state = entry.half();
    connection.client.port = entry.half();
    connection.virtual_server.port = entry.half();
    connection.real_server.port = entry.half();
    connection.fwmark = entry.word();
    connection.timeout = entry.word();
    connection.client.address = entry.address(address_size);
    connection.virtual_server.address = entry.address(address_size);
    connection.real_server.address = entry.address(address_size);
    std::bitset<256> seen;
    while (entry.left() > 0)
        if (auto const wrong = read_option(entry, seen, connection)) return wrong;
    connection.flags &= accepted_flags | flag_one_packet;
    return judge(connection);
}

void decode_1(Reader reader, std::size_t connections, Datagram& datagram) {
    for (std::size_t i = 0; i < connections; ++i) {
        if (reader.left() < entry_head) {
            datagram.refused = Reason::entry_cut;
            return;
        }
        auto head = reader;
        auto const least = entry_head + 3 * address_sizes[head.byte() & type_ipv6];
        head.skip(1);
        auto const version_size = head.half();
        std::size_t const size = version_size & 0x0fff;
        auto wrong = size < least              ? std::optional(Reason::entry_size)
                     : size > reader.left()    ? std::optional(Reason::entry_cut)
                     : version_size >> 12 != 0 ? std::optional(Reason::entry_version)
                                               : std::nullopt;
        Connection connection;
        if (!wrong) wrong = read_entry(Reader(reader.take(size)), connection);
        if (!wrong) {
            datagram.connections.push_back(std::move(connection));
        } else if (spoils_all(*wrong)) {
            datagram.refused = wrong;
            return;
        } else {
            datagram.left_out.push_back(*wrong);
        }
        reader.skip(aligned(size) - size);
    }
}

/// Version 0 knows IPv4 alone and neither timeouts nor marks.
void decode_0(Reader reader, std::size_t connections, Datagram& datagram) {
    for (std::size_t i = 0; i < connections; ++i) {
        if (reader.left() < entry_size_0) {
            datagram.refused = Reason::entry_cut;
            return;
        }
        Connection connection;
        reader.skip(1);
        connection.protocol = reader.byte();
        connection.client.port = reader.half();
        connection.virtual_server.port = reader.half();
        connection.real_server.port = reader.half();
        connection.client.address = reader.address(4);
        connection.virtual_server.address = reader.address(4);
        connection.real_server.address = reader.address(4);
        connection.flags = reader.half();
        connection.state = reader.half();
        if ((connection.flags & (flag_input_sequence | flag_output_sequence)) != 0) {
            if (reader.left() < sequences_size) {
                datagram.refused = Reason::entry_cut;
                return;
            }
            reader.skip(sequences_size);  // in the sender's byte order, and of NAT alone
        }
        connection.flags &= accepted_flags | flag_one_packet;
        if (auto const wrong = judge(connection))
            datagram.left_out.push_back(*wrong);
        else
            datagram.connections.push_back(std::move(connection));
    }
}

Datagram refused(Reason reason) {
    Datagram datagram;
    datagram.refused = reason;
    return datagram;
}

std::size_t entry_size(Connection const& connection) {
    auto const option = [](std::size_t length) { return length == 0 ? 0 : length + 2; };
    auto size = entry_head + 3 * address_sizes[connection.client.address.is_v4() ? 0 : 1];
    if (connection.sequences) size += option(sequences_size);
    return size + option(connection.engine_data.size()) + option(connection.engine.size()) +
           option(connection.ended ? 1 : 0);
}

}  // namespace

std::string_view name(Reason reason) {
    static constexpr std::string_view names[reason_count] = {
        "too_short",     "length",           "syncid",      "entry_cut",    "entry_size",
        "entry_version", "option_cut",       "option_size", "option_twice", "unknown_option",
        "one_packet",    "template_no_port", "protocol",    "state",
    };
    return names[static_cast<std::size_t>(reason)];
}

Datagram decode(std::span<std::uint8_t const> bytes, std::uint8_t syncid) {
    if (bytes.size() < header_size_0) return refused(Reason::too_short);
    // What a receiver of version 0 takes for the number of connections is 0 in version 1.
    bool const is_1 = bytes.size() >= header_size && bytes[0] == 0 && bytes[5] == 1 && bytes[6] == 0 && bytes[7] == 0;
    Datagram datagram;
    datagram.version = is_1 ? 1 : 0;
    datagram.syncid = bytes[1];
    if (std::size_t{bytes[2]} << 8 != (bytes.size() & ~std::size_t{0xff}) || bytes[3] != (bytes.size() & 0xff))
        datagram.refused = Reason::length;
    else if (syncid != 0 && datagram.syncid != syncid)
        datagram.refused = Reason::syncid;
    else if (is_1)
        decode_1(Reader(bytes.subspan(header_size)), bytes[4], datagram);
    else
        decode_0(Reader(bytes.subspan(header_size_0)), bytes[0], datagram);
    return datagram;
}

std::size_t appended_size(std::size_t length, Connection const& connection) {
    return aligned(length) - length + entry_size(connection);
}

void append(std::vector<std::uint8_t>& message, Connection const& connection) {
    message.resize(aligned(message.size()));
    Writer writer(message);
    bool const is_v4 = connection.client.address.is_v4();
    writer.byte(is_v4 ? 0 : type_ipv6);
    writer.byte(connection.protocol);
    writer.half(entry_size(connection));
    writer.word(connection.flags);
    writer.half(connection.state);
    writer.half(connection.client.port);
    writer.half(connection.virtual_server.port);
    writer.half(connection.real_server.port);
    writer.word(connection.fwmark);
    writer.word(connection.timeout.value_or(0));
    for (auto const* const endpoint : {&connection.client, &connection.virtual_server, &connection.real_server})
        writer.address(endpoint->address, address_sizes[is_v4 ? 0 : 1]);
    if (connection.sequences) {
        writer.byte(option_sequences), writer.byte(sequences_size);
        for (auto const& sequence : *connection.sequences) writer.sequence(sequence);
    }
    if (!connection.engine_data.empty()) writer.option(option_engine_data, connection.engine_data);
    if (!connection.engine.empty()) writer.option(option_engine, connection.engine);
    if (connection.ended) writer.option(option_ended, std::array<std::uint8_t, 1>{1});
}

void write_header(std::span<std::uint8_t> message, std::uint8_t syncid, std::size_t connections) {
    std::array const header{std::size_t{0}, std::size_t{syncid}, message.size() >> 8, message.size(),
                            connections,    std::size_t{1},      std::size_t{0},      std::size_t{0}};
    for (std::size_t i = 0; i < header.size(); ++i) message[i] = static_cast<std::uint8_t>(header[i]);
}

}  // namespace drover::sync
