#include "dataplane/io/attachment.h"

#include <cerrno>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <unistd.h>

#include "loop/io/fd.h"
#include "netlink/io/ethtool.h"

namespace drover::dataplane {

namespace {

/// All zero when nothing is there or the interface cannot be asked.
bpf_xdp_query_opts query_xdp(int ifindex) {
    bpf_xdp_query_opts query{};
    query.sz = sizeof query;
    bpf_xdp_query(ifindex, 0, &query);
    return query;
}

/// "native" or "generic": what the interface really runs.
std::string mode_of(int ifindex) {
    auto const query = query_xdp(ifindex);
    return query.skb_prog_id != 0 && query.drv_prog_id == 0 ? "generic" : "native";
}

/// A link whose interface is gone, or that was detached, says interface number 0.
bool is_on(int link, int ifindex) {
    bpf_link_info info{};
    __u32 length = sizeof info;
    return bpf_obj_get_info_by_fd(link, &info, &length) == 0 && static_cast<int>(info.xdp.ifindex) == ifindex;
}

int create_link(int program_fd, int ifindex, std::uint32_t flags) {
    bpf_link_create_opts options{};
    options.sz = sizeof options;
    options.flags = flags;
    int const link = bpf_link_create(program_fd, ifindex, BPF_XDP, &options);
    return link >= 0 ? link : -errno;
}

std::string why_not_attached(std::string const& interface, int ifindex, int code) {
    if (code == EBUSY || code == EEXIST) {
        return "interface " + interface + " runs another XDP program (id " + std::to_string(query_xdp(ifindex).prog_id) +
               "): take it off first (ip link set dev " + interface + " xdp off)";
    }
    if (code == EPERM) return "attach to " + interface + ": Operation not permitted (CAP_NET_ADMIN and CAP_BPF are needed)";
    return "attach to " + interface + ": " + std::strerror(code);
}

/// Switched off if it is on and can be; returns what could not be done.
std::string switch_off(std::string const& interface, std::string_view feature) {
    auto const state = netlink::feature(interface, feature);
    if (!state || !*state || !(*state)->on) return {};
    if (auto done = netlink::set_feature(interface, feature, false); !done)
        return std::string(feature) + " cannot be switched off: " + done.error().message;
    return {};
}

std::string join(std::string const& a, std::string const& b) { return a.empty() || b.empty() ? a + b : a + "; " + b; }

}  // namespace

Result<model::AttachmentObserved> attach(Pins const& pins, int program_fd, int ifindex, std::string const& interface) {
    auto const path = pins.link(ifindex);
    if (loop::Fd const pinned(bpf_obj_get(path.c_str())); pinned.get() >= 0) {
        if (is_on(pinned.get(), ifindex)) {
            if (bpf_link_update(pinned.get(), program_fd, nullptr) != 0)
                return fail_errno("swap the packet path on " + interface);
            return model::AttachmentObserved{interface, mode_of(ifindex), {}};
        }
        ::unlink(path.c_str());
    }
    auto reason = switch_off(interface, netlink::lro);
    int link = create_link(program_fd, ifindex, XDP_FLAGS_DRV_MODE);
    if (link == -EOPNOTSUPP || link == -EINVAL || link == -ENOTSUP || link == -ENOMEM || link == -ERANGE) {
        auto const driver = netlink::driver_name(interface).value_or("its driver");
        reason = join("native XDP refused by " + driver + ": " + std::strerror(-link), reason);
        reason = join(reason, switch_off(interface, netlink::gro));
        link = create_link(program_fd, ifindex, XDP_FLAGS_SKB_MODE);
    }
    if (link < 0) return fail(why_not_attached(interface, ifindex, -link), -link);
    loop::Fd const held(link);
    if (bpf_obj_pin(link, path.c_str()) != 0) return fail_errno("pin " + path);
    return model::AttachmentObserved{interface, mode_of(ifindex), reason};
}

void detach(Pins const& pins, int ifindex) {
    auto const path = pins.link(ifindex);
    if (loop::Fd const link(bpf_obj_get(path.c_str())); link.get() >= 0) bpf_link_detach(link.get());
    ::unlink(path.c_str());
}

}  // namespace drover::dataplane
