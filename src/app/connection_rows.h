// The data plane's cursor as the control socket wants it.
#pragma once

#include "control/daemon.h"
#include "dataplane/io/bpf_dataplane.h"

namespace drover::app {

class ConnectionRows final : public control::ConnectionCursor {
public:
    explicit ConnectionRows(dataplane::BpfDataplane const& dataplane)
        : dataplane_(dataplane), cursor_(dataplane.connections()) {}

    bool next(std::vector<model::ConnectionRow>& rows, std::size_t most) override {
        return cursor_.next(rows, most, dataplane_.now());
    }

private:
    dataplane::BpfDataplane const& dataplane_;
    dataplane::RowCursor cursor_;
};

}  // namespace drover::app
