#include "netlink/io/socket.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <string>
#include <utility>

#include "netlink/io/message.h"

namespace drover::netlink {
namespace {

// The kernel fills at most 32 KiB per read of a dump (netlink_dump in net/netlink/af_netlink.c).
constexpr std::size_t read_size = 32768;
constexpr int dump_attempts = 10;

Result<void> set_options(mnl_socket* socket, Duration receive_timeout) {
    int const on = 1;
    // The kernel's own words about a refusal; older kernels without them are as good.
    mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, const_cast<int*>(&on), sizeof on);
    timeval const timeout{static_cast<time_t>(receive_timeout / 1s),
                          static_cast<suseconds_t>((receive_timeout % Duration(1s)).count())};
    if (::setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0)
        return fail_errno("set the receive timeout of a netlink socket");
    return {};
}

/// The kernel's explanation (NLMSGERR_ATTR_MSG), or nothing.
std::string explanation(nlmsghdr const& answer) {
    auto const* const error = header_of<nlmsgerr>(answer);
    if (!error || !(answer.nlmsg_flags & NLM_F_ACK_TLVS)) return {};
    // The refused request stands before the attributes, unless the kernel was told (or chose) to leave it out.
    std::size_t size = sizeof(nlmsgerr);
    if (!(answer.nlmsg_flags & NLM_F_CAPPED)) size += mnl_nlmsg_get_payload_len(&error->msg);
    if (mnl_nlmsg_get_payload_len(&answer) < size) return {};
    return Attributes(answer, size).text(NLMSGERR_ATTR_MSG);
}

/// The error in an NLMSG_ERROR or NLMSG_DONE message; success for an acknowledgement.
Result<void> verdict(nlmsghdr const& answer, std::string_view doing) {
    if (mnl_nlmsg_get_payload_len(&answer) < sizeof(int)) return {};
    int const code = -*static_cast<int const*>(mnl_nlmsg_get_payload(&answer));
    if (code <= 0) return {};
    auto error = fail_errno(doing, code);
    if (answer.nlmsg_type == NLMSG_ERROR)
        if (auto const words = explanation(answer); !words.empty()) error.error().message += " (" + words + ")";
    return error;
}

}  // namespace

Result<Socket> Socket::open(Duration receive_timeout) {
    auto* const raw = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (!raw) return fail_errno("open a netlink socket");
    Socket socket(raw);
    if (mnl_socket_bind(raw, 0, MNL_SOCKET_AUTOPID) < 0) return fail_errno("bind a netlink socket");
    if (auto const set = set_options(raw, receive_timeout); !set) return std::unexpected(set.error());
    return socket;
}

Socket::Socket(Socket&& other) noexcept : socket_(std::exchange(other.socket_, nullptr)), sequence_(other.sequence_) {}

Socket& Socket::operator=(Socket&& other) noexcept {
    std::swap(socket_, other.socket_);
    std::swap(sequence_, other.sequence_);
    return *this;
}

Socket::~Socket() {
    if (socket_) mnl_socket_close(socket_);
}

Result<void> Socket::send(Message& message, std::string_view doing) {
    auto& raw = message.raw();
    raw.nlmsg_seq = ++sequence_;
    if (mnl_socket_sendto(socket_, &raw, raw.nlmsg_len) < 0) return fail_errno(doing);
    return {};
}

Result<Socket::End> Socket::receive(std::string_view doing, std::function<void(nlmsghdr const&)> const& read) {
    alignas(nlmsghdr) std::array<char, read_size> buffer;
    auto end = End::finished;
    while (true) {
        auto const size = mnl_socket_recvfrom(socket_, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == ENOBUFS) {
            end = End::interrupted;
            continue;
        }
        if (size < 0 && errno == EAGAIN)
            return fail(std::string(doing) + ": the kernel did not answer in time", ETIMEDOUT);
        if (size < 0) return fail_errno(doing);
        int left = static_cast<int>(size);
        auto const* answer = reinterpret_cast<nlmsghdr const*>(buffer.data());
        for (; mnl_nlmsg_ok(answer, left); answer = mnl_nlmsg_next(answer, &left)) {
            // An answer to an earlier request that was given up.
            if (answer->nlmsg_seq != sequence_) continue;
            if (answer->nlmsg_flags & NLM_F_DUMP_INTR) end = End::interrupted;
            if (answer->nlmsg_type == NLMSG_ERROR || answer->nlmsg_type == NLMSG_DONE) {
                auto const judged = verdict(*answer, doing);
                if (!judged) return std::unexpected(judged.error());
                return end;
            }
            if (answer->nlmsg_type >= NLMSG_MIN_TYPE) read(*answer);
        }
    }
}

Result<void> Socket::change(Message& message, std::string_view doing) {
    return ask(message, doing, [](nlmsghdr const&) {});
}

Result<void> Socket::ask(Message& message, std::string_view doing, std::function<void(nlmsghdr const&)> const& read) {
    message.raw().nlmsg_flags |= NLM_F_ACK;
    if (auto const sent = send(message, doing); !sent) return sent;
    auto const received = receive(doing, read);
    if (!received) return std::unexpected(received.error());
    return {};
}

Result<void> Socket::dump(Message& message, std::string_view doing, std::function<void()> const& restart,
                          std::function<void(nlmsghdr const&)> const& read) {
    message.raw().nlmsg_flags |= NLM_F_DUMP;
    for (int attempt = 0; attempt < dump_attempts; ++attempt) {
        restart();
        if (auto const sent = send(message, doing); !sent) return sent;
        auto const received = receive(doing, read);
        if (received && *received == End::finished) return {};
        // EBUSY: an earlier dump on this socket was given up and its rest had to be read first.
        if (!received && received.error().code != EBUSY) return std::unexpected(received.error());
    }
    return fail(std::string(doing) + ": the table changed faster than it could be read", EAGAIN);
}

}  // namespace drover::netlink
