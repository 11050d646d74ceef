// The two ends of the group in which directors tell each other of their connections. Both are bound to one interface.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "loop/io/fd.h"
#include "model/sync.h"

namespace drover::sync {

class Sender {
public:
    /// Fails with a sentence while there is no such interface, or it has no address of the group's family.
    static Result<Sender> open(model::SyncChannel const& daemon);

    /// Never waits: what the queue has no room for is lost, and fails.
    Result<void> send(std::span<std::uint8_t const> message);
    /// Bytes of the longest message: what was asked for, else what the interface sends in one piece.
    std::size_t longest() const { return longest_; }

private:
    Sender(loop::Fd socket, std::size_t longest) : socket_(std::move(socket)), longest_(longest) {}

    loop::Fd socket_;
    std::size_t longest_;
};

class Receiver {
public:
    static Result<Receiver> open(model::SyncChannel const& daemon);

    /// Readable when messages wait.
    int fd() const { return socket_.get(); }
    /// Never waits; nothing when none is left. Valid until the next call.
    std::optional<std::span<std::uint8_t const>> receive();

private:
    explicit Receiver(loop::Fd socket) : socket_(std::move(socket)) {}

    loop::Fd socket_;
    std::array<std::uint8_t, 65536> buffer_{};
};

}  // namespace drover::sync
