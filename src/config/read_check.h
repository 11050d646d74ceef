// TCP_CHECK and HTTP_GET: from statements to the model.
#pragma once

#include <optional>
#include <string>

#include "base/endpoint.h"
#include "config/values.h"
#include "model/check.h"

namespace drover::config {

/// What virtual_server gives its servers, and real_server its checks; what a check says itself comes first.
struct CheckDefaults {
    std::optional<Duration> delay_loop, connect_timeout, delay_before_retry, warmup;
    std::optional<int> retry;
    std::optional<bool> alpha;
    std::string virtual_host;

    /// True if the statement was one of these.
    bool take(Reading& reading, Statement const& statement);
};

bool is_check(Statement const& statement);

/// Nothing for a check that is not carried out yet, or that is unusable (said then).
std::optional<model::Check> read_check(Reading& reading, Statement const& block, CheckDefaults defaults,
                                       Endpoint const& server);

}  // namespace drover::config
