#include "dataplane/io/tc_filter.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <bpf/libbpf.h>

#include "netlink/io/traffic_control.h"

namespace drover::dataplane {

namespace {

constexpr __u32 kHandle = 0xd204e2;
constexpr __u32 kPriority = 1;
constexpr std::string_view kProgram = "drover_tc:";

bpf_tc_hook hook_at(int ifindex, bpf_tc_attach_point where) {
    bpf_tc_hook hook{};
    hook.sz = sizeof hook;
    hook.ifindex = ifindex;
    hook.attach_point = where;
    return hook;
}

bpf_tc_opts our_place() {
    bpf_tc_opts options{};
    options.sz = sizeof options;
    options.handle = kHandle;
    options.priority = kPriority;
    return options;
}

bool has_filters(netlink::Socket& socket, int ifindex) {
    return std::ranges::any_of(std::initializer_list{netlink::Hook::ingress, netlink::Hook::egress}, [&](auto hook) {
        auto const filters = netlink::filters(socket, ifindex, hook);
        return !filters || !filters->empty();
    });
}

}  // namespace

bool is_tc_filter_on(int ifindex) {
    auto socket = netlink::Socket::open();
    if (!socket) return false;
    auto const filters = netlink::filters(*socket, ifindex, netlink::Hook::ingress);
    return filters && std::ranges::any_of(*filters, [](netlink::Filter const& filter) {
        return filter.priority == kPriority && filter.handle == kHandle && filter.program.starts_with(kProgram);
    });
}

Result<bool> has_clsact(int ifindex) {
    auto socket = netlink::Socket::open();
    if (!socket) return std::unexpected(socket.error());
    return netlink::has_hooks(*socket, ifindex);
}

Result<void> make_clsact(int ifindex) {
    auto hook = hook_at(ifindex, BPF_TC_INGRESS);
    int const error = bpf_tc_hook_create(&hook);
    if (error != 0 && error != -EEXIST) return fail(std::strerror(-error), -error);
    return {};
}

Result<void> put_tc_filter(int ifindex, int program_fd, bool replace) {
    auto const hook = hook_at(ifindex, BPF_TC_INGRESS);
    auto place = our_place();
    place.prog_fd = program_fd;
    place.flags = replace ? BPF_TC_F_REPLACE : 0;
    int const error = bpf_tc_attach(&hook, &place);
    if (error != 0) return fail(std::strerror(-error), -error);
    return {};
}

void remove_tc_filter(int ifindex, bool clsact) {
    auto hook = hook_at(ifindex, BPF_TC_INGRESS);
    if (is_tc_filter_on(ifindex)) {
        auto const place = our_place();
        bpf_tc_detach(&hook, &place);
    }
    auto socket = netlink::Socket::open();
    if (!clsact || !socket || has_filters(*socket, ifindex)) return;
    hook.attach_point = static_cast<bpf_tc_attach_point>(BPF_TC_INGRESS | BPF_TC_EGRESS);
    bpf_tc_hook_destroy(&hook);
}

}  // namespace drover::dataplane
