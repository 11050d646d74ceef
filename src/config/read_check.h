// TCP_CHECK and HTTP_GET.
#pragma once

#include "config/values.h"
#include "model/check.h"

namespace drover::config {

/// What virtual_server and real_server set for all checks below them; unset ones fall to the kind's own defaults.
struct CheckDefaults {
    std::optional<Duration> delay_loop, connect_timeout, delay_before_retry, warmup;
    std::optional<int> retry;
    std::optional<bool> alpha;
    std::string virtual_host;

    /// Takes one statement if it is such a default; false: it is another word.
    bool take(Reading& reading, Statement const& statement);
};

/// Nothing for a check that this version does not carry out or that makes no sense (an HTTP_GET without url).
std::optional<model::Check> read_check(Reading& reading, Statement const& block, CheckDefaults defaults, Endpoint const& server);

}  // namespace drover::config
