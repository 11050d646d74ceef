// What the status says of an instance.
#include <fmt/core.h>

#include "app/vrrp_router.h"
#include "loop/io/clock.h"

namespace drover::app {

namespace {

// A refused advert is a note for so long.
constexpr Duration refusal_lasts = 60s;

}  // namespace

void VrrpRouter::observe_election(model::InstanceObserved& seen, TimePoint now) const {
    seen.wanted = machine_.wants_master ? model::VrrpState::master : machine_.state;
    seen.source = machine_.conditions.own;
    seen.master_priority = machine_.hears_master ? master_priority_ : 0;
    seen.master_interval = machine_.master_interval;
    seen.down_interval = vrrp::down_interval(machine_);
    if (auto const wake = vrrp::wakes_at(machine_)) seen.timer_unix_us = loop::unix_microseconds() + (*wake - now).count();
}

model::InstanceObserved VrrpRouter::observed(TimePoint now) const {
    model::InstanceObserved seen;
    seen.name = instance_.name;
    seen.interface = instance_.interface;
    seen.virtual_router_id = instance_.virtual_router_id;
    seen.state = machine_.state;
    seen.since_unix_us = since_unix_us_;
    seen.reason = machine_.why;
    seen.priority = instance_.priority;
    seen.effective_priority = machine_.priority();
    for (auto const& address : held_.addresses) seen.addresses.push_back(address.prefix.address);
    seen.master_address = master_address_;
    seen.adverts_sent = counts_.sent;
    seen.adverts_received = counts_.received;
    seen.counts = counts_;
    seen.counts.became_master = machine_.became_master;
    observe_election(seen, now);
    seen.became_master = machine_.became_master;
    seen.late = machine_.late;
    seen.gave_to = machine_.gave_to;
    seen.notes = notes_;
    seen.notes.insert(seen.notes.end(), problems_.begin(), problems_.end());
    for (auto const& note : {address_note_, checksum_note_})
        if (!note.empty()) seen.notes.push_back(note);
    if (machine_.joining_until) seen.notes.push_back("waits for the connections of its peers before it preempts");
    seen.split_brain = split_brain_;
    auto const unix_now = loop::unix_microseconds();
    for (auto const& rival : brain_.rivals()) {
        seen.rivals.push_back({rival.who, rival.reason, rival.text, rival.count, unix_now - (now - rival.last).count()});
        if (rival.refused && now - rival.last <= refusal_lasts)
            seen.notes.push_back(fmt::format("adverts from {} are refused ({}), {} so far", rival.who, rival.text, rival.count));
    }
    return seen;
}

}  // namespace drover::app
