// A director that waits for others on the loopback interface, on a port of its own.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdint>
#include <utility>

#include "loop/io/fd.h"
#include "sync/io/secure_stream.h"

namespace drover::sync {

class Listening {
public:
    void open() {
        auto listening = listen_for_streams(0);
        ASSERT_TRUE(listening) << listening.error().message;
        socket_ = std::move(*listening);
        sockaddr_in6 where{};
        socklen_t size = sizeof where;
        ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&where), &size);
        port_ = ntohs(where.sin6_port);
    }
    /// From now on nobody gets in.
    void close() { socket_.reset(); }
    std::uint16_t port() const { return port_; }
    /// The next one to come in; none within five seconds: an empty one.
    loop::Fd accept() const {
        pollfd end{socket_.get(), POLLIN, 0};
        ::poll(&end, 1, 5000);
        return loop::Fd(::accept(socket_.get(), nullptr, nullptr));
    }

private:
    loop::Fd socket_;
    std::uint16_t port_ = 0;
};

}  // namespace drover::sync
