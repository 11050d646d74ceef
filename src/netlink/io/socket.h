// A request socket of the kernel's routing interface (NETLINK_ROUTE, RFC 3549): one request at a time, each waited for.
// The kernel carries a request out while it is being sent, so waiting costs no more than the work itself.
//
// A socket belongs to the network namespace of the thread that opened it, for ever. It is not safe to share between
// threads: the VRRP thread has one of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

struct mnl_socket;
struct nlmsghdr;

namespace drover::netlink {

class Message;

/// What became of a change that is fine to ask for twice.
enum class Outcome {
    done,       ///< the kernel changed something
    unchanged,  ///< added: it was there already; deleted: it was not there
};

class Socket {
public:
    /// Fails with a sentence when the kernel gives no socket.
    static Result<Socket> open(Duration receive_timeout = 2s);

    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;
    Socket(Socket const&) = delete;
    Socket& operator=(Socket const&) = delete;
    ~Socket();

    // `doing` names what is asked for ("add address 10.0.0.1/24 on eth0"); it opens the sentence of an error:
    // "add address 10.0.0.1/24 on eth0: Operation not permitted". Error::code is the kernel's errno.

    /// Sends a change and waits for its acknowledgement.
    Result<void> change(Message& message, std::string_view doing);
    /// Sends a question that has one answer and hands it to `read`.
    Result<void> ask(Message& message, std::string_view doing, std::function<void(nlmsghdr const&)> const& read);
    /// Asks for a whole table. When the table changed meanwhile (NLM_F_DUMP_INTR) or answers were lost, `restart` is
    /// called, for the caller to forget what it has, and the table is asked for again: what is left is one state.
    Result<void> dump(Message& message, std::string_view doing, std::function<void()> const& restart,
                      std::function<void(nlmsghdr const&)> const& read);

private:
    explicit Socket(mnl_socket* socket) : socket_(socket) {}

    enum class End { finished, interrupted };
    Result<void> send(Message& message, std::string_view doing);
    /// Reads answers to the last request until it is finished: acknowledged, refused, or its dump is complete.
    Result<End> receive(std::string_view doing, std::function<void(nlmsghdr const&)> const& read);

    mnl_socket* socket_ = nullptr;
    std::uint32_t sequence_ = 0;
};

}  // namespace drover::netlink
