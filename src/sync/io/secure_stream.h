// A stream between two directors that hold the same key: TLS 1.3 with that key alone (no certificates), so that either end
// knows that the other one has it, and nobody else can read along.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/address.h"
#include "base/result.h"
#include "base/time.h"
#include "loop/io/fd.h"
#include "sync/io/key.h"

struct ssl_st;

namespace drover::sync {

/// What a stream is for: who connects says it in the handshake (ALPN).
enum class Purpose { table, handover };

/// Calls wait, but not longer than the patience that it was made with, in which something must come or go.
class SecureStream {
public:
    static Result<SecureStream> connect(Address const& to, std::uint16_t port, Key const& key, Duration patience,
                                        Purpose purpose = Purpose::table);
    /// Of a connection that has come in.
    static Result<SecureStream> accept(loop::Fd socket, Key const& key, Duration patience);
    SecureStream(SecureStream&&) noexcept = default;

    Purpose purpose() const { return purpose_; }

    Result<void> write(std::span<std::uint8_t const> bytes);
    /// All of it, or an error.
    Result<void> read(std::span<std::uint8_t> bytes);

private:
    struct Free {
        void operator()(ssl_st* ssl) const;
    };
    using Ssl = std::unique_ptr<ssl_st, Free>;

    SecureStream(loop::Fd socket, std::unique_ptr<Key> key, Ssl ssl, Purpose purpose)
        : socket_(std::move(socket)), key_(std::move(key)), ssl_(std::move(ssl)), purpose_(purpose) {}
    /// `asked`: by this end, which then is the one that has connected.
    static Result<SecureStream> make(loop::Fd socket, Key const& key, Duration patience, std::optional<Purpose> asked);

    loop::Fd socket_;
    std::unique_ptr<Key> key_;
    Ssl ssl_;
    Purpose purpose_;
};

/// Where peers come in. On all addresses of the host: who has no key gets no further than the handshake.
Result<loop::Fd> listen_for_streams(std::uint16_t port);

}  // namespace drover::sync
