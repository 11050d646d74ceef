// Puts connections into as few sync messages as they fit in.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sync/datagram.h"

namespace drover::sync {

class Packer {
public:
    using Send = std::function<void(std::span<std::uint8_t const> message, std::size_t connections)>;

    /// `most`: the longest message in bytes, its header included; an entry that does not fit even alone goes in a
    /// message of its own that is longer.
    Packer(std::uint8_t syncid, std::size_t most, Send send) : syncid_(syncid), most_(most), send_(std::move(send)) {}

    void add(Connection const& connection);
    /// Sends what has been added and not yet sent.
    void flush();

private:
    std::uint8_t syncid_;
    std::size_t most_;
    Send send_;
    std::vector<std::uint8_t> message_;
    std::size_t connections_ = 0;
};

}  // namespace drover::sync
