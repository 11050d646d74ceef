#include "cli/help.h"

#include <fmt/format.h>

#include "cli/exit_code.h"

namespace drover::cli {

std::string exit_code_text() {
    std::string text = "\nExit codes:\n";
    for (auto const& [code, meaning] : exit_meanings) text += fmt::format("  {:<5} {}\n", code, meaning);
    return text;
}

std::string main_help() {
    return R"(drover - one public address in front of a farm of real servers (LVS/DR, VRRP, health checks)

Usage:
  drover COMMAND [options]        drover COMMAND --help tells more
  drover [keepalived's options]   without a command: as keepalived, so without -n it goes to the background

On a director:
  run                  the daemon: -f FILE (default /etc/drover/drover.conf, else /etc/keepalived/keepalived.conf)
  check [FILE...]      what is wrong with a configuration file, and where; --strict, --json
  status               instances, services, servers and the packet path on one screen; --json
  conns                the connections; --json gives one object a line
  ipvsadm ...          as ipvsadm 1.31: -Ln, -Lnc, -Ln --stats, ... (also by a link of that name)
  reload               read the configuration again; says what changed
  handover INSTANCE... another director takes over, at once; --all, --check
  upgrade [BINARY]     the daemon goes on as the new binary, in place: no role changes, no packet is lost
  cleanup              takes away what a daemon that died has left: VIPs, open gates, the packet path; --stale

On a real server:
  real start|stop|restart|status [--vip ADDRESS]... [--dev NAME]...
                       the VIPs on lo and ARP kept quiet about them (also by a link named lvs-dr)

Options before or after the command:
  --socket PATH        the daemon's UNIX socket, default /run/drover/drover.sock (root:drover 0660)
  --pin-dir DIR        where maps and programs are pinned, default /sys/fs/bpf/drover (run only)
  -h, --help           this text
  -v, --version        the version

Environment:
  DROVER_SOCKET, DROVER_PIN_DIR   as the options of these names
  NO_COLOR                        no colours, even on a terminal
  VIP                             the addresses of `lvs-dr`
)" + exit_code_text();
}

}  // namespace drover::cli
