// A daemon that has nothing and refuses nothing: a bench overrides what it measures.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "control/daemon.h"

namespace drover::bench {

class IdleDaemon : public control::Daemon {
public:
    control::About about() override { return {}; }
    model::DataplaneObserved dataplane() override { return {}; }
    std::vector<model::InstanceObserved> instances() override { return {}; }
    std::vector<model::CheckObserved> checks() override { return {}; }
    std::unique_ptr<control::ConnectionCursor> connections() override { return nullptr; }
    model::SyncObserved sync() override { return {}; }
    Result<control::ReloadReport> reload() override { return control::ReloadReport{}; }
    Result<control::ReloadReport> discard_changes() override { return control::ReloadReport{}; }
    Result<std::vector<model::EditOutcome>> edit(std::span<model::Edit const>, model::Author const&) override {
        return std::vector<model::EditOutcome>{};
    }
    Result<control::ZeroReport> zero(std::optional<ServiceKey> const&) override { return control::ZeroReport{}; }
    Result<void> hand_over(control::HandoverRequest const&) override { return {}; }
    model::HandoverObserved handover() override { return {}; }
    Result<void> upgrade(control::UpgradeRequest const&, model::Author const&) override { return {}; }
    control::UpgradeReport upgrade_report() override { return {}; }
};

}  // namespace drover::bench
