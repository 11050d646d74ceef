#include "health/http_request.h"

#include <fmt/core.h>

namespace drover::health {

std::string http_request(model::HttpCheck const& check, std::size_t url, Endpoint const& target) {
    auto const& wanted = check.urls.at(url);
    auto const host = !wanted.virtual_host.empty()  ? wanted.virtual_host
                      : !check.virtual_host.empty() ? check.virtual_host
                                                    : target.text();
    bool const is_1_1 = check.protocol == model::HttpProtocol::http_1_1;
    bool const closes = check.protocol != model::HttpProtocol::http_1_0;
    return fmt::format("GET {} HTTP/1.{}\r\nUser-Agent: KeepAliveClient\r\n{}Host: {}\r\n\r\n", wanted.path,
                       is_1_1 ? 1 : 0, closes ? "Connection: close\r\n" : "", host);
}

}  // namespace drover::health
