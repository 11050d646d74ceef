// What the checks of a test ask.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/endpoint.h"
#include "loop/io/fd.h"

namespace drover::app {

/// A port of 127.0.0.1 on which somebody listens or not. Connections are accepted by the kernel alone.
class Listener {
public:
    Listener() { open(0); }
    void close() { socket_.reset(); }
    void reopen() { open(endpoint.port); }
    Endpoint endpoint;

private:
    void open(std::uint16_t port) {
        socket_ = loop::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        int const one = 1;
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(socket_.get(), 4096), 0);
        socklen_t size = sizeof address;
        ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
        endpoint = {Address::v4(0x7f000001), ntohs(address.sin_port)};
    }
    loop::Fd socket_;
};

}  // namespace drover::app
