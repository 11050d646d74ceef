// Passes every frame. A veth end on which a native XDP program sits receives the frames that the other end's native
// program sends by XDP_TX; without one they are lost. So this sits on the switch's ports that face a director.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int pass_all(struct xdp_md *context) {
    (void)context;
    return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
