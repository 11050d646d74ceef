// The bytes of an HTTP_GET check: keepalived's request, header by header, so that a server's access log and any filter
// on "KeepAliveClient" see no difference.
#pragma once

#include <cstddef>
#include <string>

#include "model/check.h"

namespace drover::health {

/// `url` < check.urls.size(). Host is the URL's virtual host, else the check's, else the target's address and port.
std::string http_request(model::HttpCheck const& check, std::size_t url, Endpoint const& target);

}  // namespace drover::health
