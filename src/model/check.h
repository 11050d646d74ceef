// Health checks of a real server, with the defaults of shared keepalived practice (delay_before_retry and retry differ
// by kind; the reader of the configuration fills them in, so that nothing later has to know).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/endpoint.h"
#include "base/time.h"
#include "model/origin.h"

namespace drover::model {

struct CheckTiming {
    Duration delay_loop = 60s;         ///< from one check to the next
    Duration connect_timeout = 5s;     ///< for the connect and for each read
    Duration delay_before_retry = 1s;  ///< TCP_CHECK 1 s, HTTP_GET 3 s
    int retry = 1;                     ///< further tries before a server that is up is judged down
    Duration warmup = 60s;             ///< the first check starts after 1 s + random(0..warmup); default: delay_loop
    bool operator==(CheckTiming const&) const = default;
};

struct TcpCheck {
    bool operator==(TcpCheck const&) const = default;
};

struct HttpUrl {
    std::string path;
    std::optional<std::string> digest;                ///< MD5 of the body, 32 lower-case hexadecimal digits
    std::vector<std::pair<int, int>> status;          ///< accepted codes, closed ranges; empty: 200..299
    std::string virtual_host;                         ///< empty: the check's own
    Origin origin;
    bool operator==(HttpUrl const&) const = default;
};

enum class HttpProtocol { http_1_0, http_1_0_with_connection_close, http_1_1 };

struct HttpCheck {
    std::vector<HttpUrl> urls;  ///< tried in turn, one a delay_loop; never empty
    std::string virtual_host;   ///< empty: ADDRESS:PORT of the target
    HttpProtocol protocol = HttpProtocol::http_1_0;
    bool operator==(HttpCheck const&) const = default;
};

struct Check {
    std::variant<TcpCheck, HttpCheck> what;
    Endpoint target;  ///< the real server, or connect_ip / connect_port
    std::optional<Endpoint> bind;
    std::string bind_interface;
    std::uint32_t fwmark = 0;
    CheckTiming timing;
    bool alpha = false;  ///< the server starts down and needs one success
    bool log_all_failures = false;
    Origin origin;
    bool operator==(Check const&) const = default;
};

}  // namespace drover::model
