// The fields of live commands and of what a daemon notes of them, as json_fields.h lists those of everything else.
#pragma once

#include <variant>

#include "control/json_fields.h"
#include "model/edit.h"
#include "model/live_record.h"

namespace drover::control {

// --- which of several things an object is: the word in its first field

template <class Variant>
struct Kinds;

template <>
struct Kinds<model::Edit> {
    static constexpr std::string_view field = "edit";
    static constexpr std::array<std::string_view, std::variant_size_v<model::Edit>> words{
        "add_service", "change_service", "remove_service", "add_server", "change_server", "remove_server",
        "clear",       "zero",           "set_timeouts",   "start_sync", "stop_sync"};
};

template <>
struct Kinds<model::LiveRecord> {
    static constexpr std::string_view field = "record";
    static constexpr std::array<std::string_view, std::variant_size_v<model::LiveRecord>> words{"service", "server",
                                                                                                "timeouts", "sync"};
};

// --- edits

template <For<model::LiveService> T>
void fields(T& service, auto&& field) {
    field("service", service.name);
    field("scheduler", service.scheduler);
    field("flags", OrStandard{service.flags});
    field("one_packet", OrStandard{service.one_packet});
    field("persistence_timeout_s", OrStandard{service.persistence_timeout});
    field("persistence_mask", service.persistence_mask);
    field("persistence_engine", OrStandard{service.persistence_engine});
}

template <For<model::LiveServer> T>
void fields(T& server, auto&& field) {
    field("server", server.endpoint);
    field("weight", server.weight);
    field("forwarding", OrStandard{server.forwarding});
    field("tunnel", OrStandard{server.tunnel});
    field("upper_threshold", OrStandard{server.upper_threshold});
    field("lower_threshold", OrStandard{server.lower_threshold});
}

template <class T>
requires(For<T, model::edit::AddService> || For<T, model::edit::ChangeService>) void fields(T& edit, auto&& field) {
    fields(edit.service, field);
}
template <class T>
requires(For<T, model::edit::RemoveService> || For<T, model::edit::Zero>) void fields(T& edit, auto&& field) {
    field("service", edit.service);
}
template <class T>
requires(For<T, model::edit::AddServer> || For<T, model::edit::ChangeServer>) void fields(T& edit, auto&& field) {
    field("service", edit.service);
    fields(edit.server, field);
}
template <For<model::edit::RemoveServer> T>
void fields(T& edit, auto&& field) {
    field("service", edit.service);
    field("server", edit.server);
}
template <For<model::edit::Clear> T>
void fields(T&, auto&&) {}
template <For<model::edit::SetTimeouts> T>
void fields(T& edit, auto&& field) {
    fields(edit.timeouts, field);
}
template <For<model::edit::StartSync> T>
void fields(T& edit, auto&& field) {
    fields(edit.daemon, field);
}
template <For<model::edit::StopSync> T>
void fields(T& edit, auto&& field) {
    field("role", edit.role);
}

/// One of several edits that was refused.
struct RefusedEdit {
    std::uint64_t number = 0;  ///< from 0
    model::EditOutcome outcome;
};

/// What became of a batch: those that are not named were carried out.
struct EditReport {
    std::uint64_t edits = 0;
    std::vector<RefusedEdit> refused;
};

template <For<RefusedEdit> T>
void fields(T& refused, auto&& field) {
    field("number", refused.number);
    field("refusal", refused.outcome.refusal);
    field("errno", refused.outcome.code);
}
template <For<EditReport> T>
void fields(T& report, auto&& field) {
    field("edits", report.edits);
    field("refused", report.refused);
}

// --- records

template <For<model::ServiceRecord> T>
void fields(T& record, auto&& field) {
    field("service", record.service);
    field("fresh", OrStandard{record.fresh});
    field("changed", record.changed);
    field("configured", OrStandard{record.configured});
    field("now", OrStandard{record.now});
    field("by", OrStandard{record.by});
}
template <For<model::ServerRecord> T>
void fields(T& record, auto&& field) {
    field("service", record.service);
    field("server", record.server);
    field("changed", record.changed);
    field("configured", OrStandard{record.configured});
    field("now", OrStandard{record.now});
    field("by", OrStandard{record.by});
}
template <For<model::TimeoutsRecord> T>
void fields(T& record, auto&& field) {
    field("changed", record.changed);
    field("configured", record.configured);
    field("now", record.now);
    field("by", OrStandard{record.by});
}
template <For<model::SyncRecord> T>
void fields(T& record, auto&& field) {
    field("role", record.role);
    field("now", OrStandard{record.now});
}

}  // namespace drover::control
