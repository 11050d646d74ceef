#include "sync/io/secure_stream.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace drover::sync {

namespace {

constexpr char const* kIdentity = "drover";

unsigned give_key(SSL* ssl, unsigned char* into, unsigned room) {
    auto const* const key = static_cast<Key const*>(SSL_get_app_data(ssl));
    if (key == nullptr || key->bytes.size() > room) return 0;
    std::ranges::copy(key->bytes, into);
    return static_cast<unsigned>(key->bytes.size());
}

unsigned client_key(SSL* ssl, char const*, char* identity, unsigned identity_room, unsigned char* into, unsigned room) {
    if (std::strlen(kIdentity) >= identity_room) return 0;
    std::strcpy(identity, kIdentity);
    return give_key(ssl, into, room);
}

unsigned server_key(SSL* ssl, char const* identity, unsigned char* into, unsigned room) {
    return identity != nullptr && std::strcmp(identity, kIdentity) == 0 ? give_key(ssl, into, room) : 0;
}

/// As ALPN has it: a byte of length before each name.
constexpr std::string_view kHandover = "\x0f" "drover-handover";

int choose_purpose(SSL*, unsigned char const** chosen, unsigned char* length, unsigned char const* offered, unsigned size, void*) {
    if (std::string_view(reinterpret_cast<char const*>(offered), size) != kHandover) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = offered + 1;
    *length = static_cast<unsigned char>(size - 1);
    return SSL_TLSEXT_ERR_OK;
}

Purpose purpose_of(SSL* ssl) {
    unsigned char const* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl, &name, &length);
    return length == 0 ? Purpose::table : Purpose::handover;
}

SSL_CTX* make_context() {
    auto* const context = SSL_CTX_new(TLS_method());
    if (context == nullptr) return nullptr;
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");  // the hash that goes with keys of this kind
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_psk_client_callback(context, client_key);
    SSL_CTX_set_psk_server_callback(context, server_key);
    SSL_CTX_set_alpn_select_cb(context, choose_purpose, nullptr);
    return context;
}

/// One for the program: it holds nothing of a single stream.
SSL_CTX* context() {
    static SSL_CTX* const made = make_context();
    return made;
}

std::unexpected<Error> fail_tls(SSL* ssl, int result, std::string const& doing) {
    int const code = errno;
    auto const kind = SSL_get_error(ssl, result);
    auto const detail = ERR_get_error();
    ERR_clear_error();
    if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE || (kind == SSL_ERROR_SYSCALL && code == EAGAIN))
        return fail(doing + ": the peer does not answer", ETIMEDOUT);
    if (kind == SSL_ERROR_ZERO_RETURN || (kind == SSL_ERROR_SYSCALL && code == 0)) return fail(doing + ": the peer has gone", ECONNRESET);
    if (kind == SSL_ERROR_SYSCALL) return fail_errno(doing, code);
    auto const* const reason = ERR_reason_error_string(detail);
    return fail(doing + ": " + (reason == nullptr ? "TLS failed" : reason), EPROTO);
}

struct Remote {
    sockaddr_storage storage{};
    socklen_t length = 0;
};

Remote remote(Address const& address, std::uint16_t port) {
    Remote made;
    if (address.is_v4()) {
        auto& to = reinterpret_cast<sockaddr_in&>(made.storage);
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(address.v4());
        made.length = sizeof to;
    } else {
        auto& to = reinterpret_cast<sockaddr_in6&>(made.storage);
        to.sin6_family = AF_INET6;
        to.sin6_port = htons(port);
        std::ranges::copy(address.bytes(), to.sin6_addr.s6_addr);
        made.length = sizeof to;
    }
    return made;
}

Result<void> connect_within(int fd, Remote const& to, Duration patience, std::string const& doing) {
    if (::connect(fd, reinterpret_cast<sockaddr const*>(&to.storage), to.length) == 0) return {};
    if (errno != EINPROGRESS) return fail_errno(doing);
    pollfd end{fd, POLLOUT, 0};
    if (::poll(&end, 1, static_cast<int>(patience / 1ms)) <= 0) return fail(doing + ": no answer", ETIMEDOUT);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail_errno(doing, error);
    return {};
}

}  // namespace

void SecureStream::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Result<SecureStream> SecureStream::connect(Address const& to, std::uint16_t port, Key const& key, Duration patience,
                                           Purpose purpose) {
    auto const doing = "reach the peer at " + Address(to).text() + " port " + std::to_string(port);
    loop::Fd socket(::socket(to.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return fail_errno(doing);
    if (auto done = connect_within(socket.get(), remote(to, port), patience, doing); !done) return std::unexpected(done.error());
    return make(std::move(socket), key, patience, purpose);
}

Result<SecureStream> SecureStream::accept(loop::Fd socket, Key const& key, Duration patience) {
    return make(std::move(socket), key, patience, std::nullopt);
}

Result<SecureStream> SecureStream::make(loop::Fd socket, Key const& key, Duration patience,
                                        std::optional<Purpose> asked) {
    std::string const doing = "shake hands with the peer";
    ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) & ~O_NONBLOCK);
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
    timeval const limit{seconds.count(), (patience - seconds).count()};
    for (int const option : {SO_RCVTIMEO, SO_SNDTIMEO}) ::setsockopt(socket.get(), SOL_SOCKET, option, &limit, sizeof limit);
    int const on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (context() == nullptr) return fail(doing + ": OpenSSL cannot be used");
    Ssl ssl(SSL_new(context()));
    auto kept = std::make_unique<Key>(key);
    if (!ssl || SSL_set_fd(ssl.get(), socket.get()) != 1) return fail(doing + ": OpenSSL cannot be used");
    SSL_set_app_data(ssl.get(), kept.get());
    if (asked == Purpose::handover)
        SSL_set_alpn_protos(ssl.get(), reinterpret_cast<unsigned char const*>(kHandover.data()), kHandover.size());
    errno = 0;
    int const result = asked ? SSL_connect(ssl.get()) : SSL_accept(ssl.get());
    if (result != 1) return fail_tls(ssl.get(), result, doing);
    auto const purpose = purpose_of(ssl.get());
    if (asked && purpose != *asked) return fail("the peer's drover knows of no handovers", EPROTONOSUPPORT);
    return SecureStream(std::move(socket), std::move(kept), std::move(ssl), purpose);
}

Result<void> SecureStream::write(std::span<std::uint8_t const> bytes) {
    errno = 0;
    int const result = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (result <= 0) return fail_tls(ssl_.get(), result, "write to the peer");
    return {};
}

Result<void> SecureStream::read(std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        errno = 0;
        int const result = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
        if (result <= 0) return fail_tls(ssl_.get(), result, "read from the peer");
        bytes = bytes.subspan(static_cast<std::size_t>(result));
    }
    return {};
}

Result<loop::Fd> listen_for_streams(std::uint16_t port) {
    auto const doing = "listen for peers on port " + std::to_string(port);
    loop::Fd socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return fail_errno(doing);
    int const on = 1, off = 0;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    sockaddr_in6 where{};
    where.sin6_family = AF_INET6;
    where.sin6_port = htons(port);
    if (::bind(socket.get(), reinterpret_cast<sockaddr const*>(&where), sizeof where) < 0 || ::listen(socket.get(), 4) < 0)
        return fail_errno(doing);
    return socket;
}

}  // namespace drover::sync
