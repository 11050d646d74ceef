// What a daemon has to know of its predecessor's live changes, as plain values: of each changed object what the
// configuration said when it was changed and what it is instead. Kept in a file, one record a line; the last one of an
// object counts.
#pragma once

#include <optional>
#include <variant>

#include "model/author.h"
#include "model/edit.h"

namespace drover::model {

/// A service itself. One that is not there any more (`now` is nothing) has no changed servers either.
struct ServiceRecord {
    ServiceName service;
    bool fresh = false;   ///< what earlier records say of its servers is over
    bool changed = true;  ///< false: it is as configured again, and what an earlier record says is over
    std::optional<LiveService> configured, now;  ///< nothing: it is not in the configuration; it was taken away
    Author by;
    bool operator==(ServiceRecord const&) const = default;
};

struct ServerRecord {
    ServiceName service;
    Endpoint server;
    bool changed = true;
    std::optional<LiveServer> configured, now;
    Author by;
    bool operator==(ServerRecord const&) const = default;
};

struct TimeoutsRecord {
    bool changed = true;
    Timeouts configured, now;
    Author by;
    bool operator==(TimeoutsRecord const&) const = default;
};

struct SyncRecord {
    SyncRole role = SyncRole::master;
    std::optional<SyncDaemon> now;  ///< nothing: none runs
    bool operator==(SyncRecord const&) const = default;
};

using LiveRecord = std::variant<ServiceRecord, ServerRecord, TimeoutsRecord, SyncRecord>;

}  // namespace drover::model
