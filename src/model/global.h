// global_defs and what else holds for the whole director.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/mail.h"
#include "model/script.h"
#include "model/service.h"
#include "model/sync.h"

namespace drover::model {

/// IPVS's three settable timeouts (lvs_timeouts, ipvsadm --set), in seconds.
struct Timeouts {
    std::uint32_t tcp = 900;
    std::uint32_t tcpfin = 120;
    std::uint32_t udp = 300;
    bool operator==(Timeouts const&) const = default;
};

/// What holds for all packets, whatever their service.
struct Limits {
    std::uint8_t drop_entry = 0;   ///< 0 never, 1 and 2 when the table is nearly full, 3 always: random old entries end early
    std::uint64_t conn_max = 0;    ///< entries in the connection table above which no new flow is taken; 0: no limit
    std::uint32_t flood_rate = 0;  ///< own: new flows per second and CPU above which SYNs are scheduled without an entry; 0: never
    bool operator==(Limits const&) const = default;
};

/// How packets are taken from an interface, the best way first.
enum class Taking {
    native,   ///< XDP in the driver
    tc,       ///< tc ingress
    generic,  ///< XDP behind the driver, without GRO
};

/// As it is written in the configuration and shown: "native", "tc", "generic".
constexpr std::string_view name(Taking taking) {
    return taking == Taking::native ? "native" : taking == Taking::tc ? "tc" : "generic";
}

/// notify_fifo, vrrp_notify_fifo, lvs_notify_fifo: a named pipe that events are written to, one a line.
struct NotifyFifo {
    std::string path = {};
    std::string user = {};   ///< whose a pipe made by us is; empty: ours
    std::string group = {};
    Script script = {};      ///< started with us to read it, with the path behind its arguments; may be empty
    enum class About { everything, instances, services } about = About::everything;
    bool operator==(NotifyFifo const&) const = default;
};

/// The files that a signal has written; relative ones stand in the directory for temporary files.
struct DumpFileNames {
    std::string state = "keepalived.data";
    std::string stats = "keepalived.stats";
    std::string json = "keepalived.json";
    int json_version = 1;  ///< 1: an array of instances; 2: an object, with tracked processes beside them
    bool operator==(DumpFileNames const&) const = default;
};

struct Global {
    std::string router_id;  ///< empty: the host name
    MailSettings mail;
    DumpFileNames dump_files;
    std::string script_user;
    std::string script_group;
    bool enable_script_security = false;
    NotifyFifo fifo;       ///< no path: none
    NotifyFifo vrrp_fifo{.about = NotifyFifo::About::instances};
    NotifyFifo lvs_fifo{.about = NotifyFifo::About::services};
    Duration startup_delay{0};     ///< vrrp_startup_delay: instances start so long after the daemon
    Duration delay_after_boot{0};  ///< vrrp_delay_after_boot: and not before the host has been up for so long
    bool states_on_reload = false;  ///< fifo_write_vrrp_states_on_reload
    Timeouts timeouts;
    Behaviour behaviour;  ///< of services that do not say otherwise
    Limits limits;
    Sync sync;
    std::optional<Taking> taking;  ///< own: on every interface; nothing: the best that each can have
    bool operator==(Global const&) const = default;
};

}  // namespace drover::model
