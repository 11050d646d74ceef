// One attempt of a check, over the network. Specification in, outcome out; nothing else crosses this line, so that
// probes can move into an unprivileged process.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "base/time.h"
#include "health/outcome.h"
#include "model/check.h"

namespace boost::asio {
class io_context;
}

namespace drover::health {

/// A running attempt. Destroying it ends it, and then `finished` is never called.
class Probe {
public:
    /// Starts at once; `finished` is called exactly once, from the io_context's thread, never from within this call.
    /// connect_timeout holds for the connect and for each read, `whole` (default: total_limit() of health/schedule.h)
    /// for everything together. `url` is used by HTTP_GET alone.
    Probe(boost::asio::io_context& context, model::Check const& check, std::size_t url,
          std::function<void(Outcome)> finished, std::optional<Duration> whole = std::nullopt);
    ~Probe();
    Probe(Probe const&) = delete;
    Probe& operator=(Probe const&) = delete;

private:
    struct Dialogue;
    std::shared_ptr<Dialogue> dialogue_;
};

}  // namespace drover::health
