#include "dataplane/io/attachment.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <unistd.h>

#include "base/log.h"
#include "dataplane/attachment_record.h"
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

void join(std::string& sentences, std::string const& another) {
    if (another.empty()) return;
    sentences += (sentences.empty() ? "" : "; ") + another;
}

Result<void> switch_on(std::string const& interface, std::vector<std::string> const& features) {
    std::string failed;
    for (auto const& feature : features) {
        if (auto done = netlink::set_feature(interface, feature, true); !done)
            join(failed, done.error().message);
        else
            log::info("{} is on again on {}", feature, interface);
    }
    if (!failed.empty()) return fail(failed);
    return {};
}

/// An attachment in the making. What is done to the interface is noted first: whoever comes after a daemon that was
/// killed half-way can undo it.
class Beginning {
public:
    Beginning(Pins& pins, int ifindex, std::string const& interface)
        : pins_(pins), ifindex_(ifindex), interface_(interface), record_(attachment_record(pins.note(ifindex).value_or(""))) {
        record_.reason.clear();
    }
    Beginning(Beginning const&) = delete;
    Beginning& operator=(Beginning const&) = delete;
    ~Beginning() {
        if (stays_) return;
        if (auto done = switch_on(interface_, record_.switched_off); !done) log::warning("{}", done.error().message);
        pins_.erase_note(ifindex_);
    }

    /// If it is on and can be; else the reason says so.
    void switch_off(std::string_view feature) {
        auto const state = netlink::feature(interface_, feature);
        if (!state || !*state || !(*state)->on) return;
        auto& noted = record_.switched_off;
        bool const is_new = std::ranges::find(noted, feature) == noted.end();
        if (is_new) noted.emplace_back(feature);
        auto done = write();
        if (done) done = netlink::set_feature(interface_, feature, false);
        if (done) {
            log::info("{} is off on {} while packets are balanced there", feature, interface_);
            return;
        }
        if (is_new) noted.pop_back();
        add_reason(std::string(feature) + " cannot be switched off: " + done.error().message);
    }

    void add_reason(std::string const& sentence) { join(record_.reason, sentence); }
    std::string const& reason() const { return record_.reason; }

    /// From now on the end of the attachment is up to detach().
    Result<void> stay() {
        auto done = write();
        stays_ = done.has_value();
        return done;
    }

private:
    Result<void> write() { return pins_.write_note(ifindex_, text(record_)); }

    Pins& pins_;
    int ifindex_;
    std::string interface_;
    AttachmentRecord record_;
    bool stays_ = false;
};

/// Errors with which drivers refuse native XDP and may take generic XDP all the same.
bool may_be_generic(int code) {
    return code == EOPNOTSUPP || code == EINVAL || code == ENOTSUP || code == ENOMEM || code == ERANGE;
}

Result<model::AttachmentObserved> attach_anew(Pins& pins, int program_fd, int ifindex, std::string const& interface) {
    Beginning beginning(pins, ifindex, interface);
    beginning.switch_off(netlink::lro);
    beginning.switch_off(netlink::hardware_gro);
    int link = create_link(program_fd, ifindex, XDP_FLAGS_DRV_MODE);
    if (may_be_generic(-link)) {
        auto const driver = netlink::driver_name(interface).value_or("its driver");
        beginning.add_reason("native XDP refused by " + driver + ": " + std::strerror(-link));
        beginning.switch_off(netlink::gro);
        link = create_link(program_fd, ifindex, XDP_FLAGS_SKB_MODE);
    }
    if (link < 0) return fail(why_not_attached(interface, ifindex, -link), -link);
    loop::Fd const held(link);
    auto const path = pins.link(ifindex);
    if (bpf_obj_pin(link, path.c_str()) != 0) return fail_errno("pin " + path);
    if (auto done = beginning.stay(); !done) {
        ::unlink(path.c_str());
        return std::unexpected(done.error());
    }
    return model::AttachmentObserved{interface, mode_of(ifindex), beginning.reason()};
}

}  // namespace

Result<model::AttachmentObserved> attach(Pins& pins, int program_fd, int ifindex, std::string const& interface) {
    auto const path = pins.link(ifindex);
    if (loop::Fd const pinned(bpf_obj_get(path.c_str())); pinned.get() >= 0) {
        if (is_on(pinned.get(), ifindex)) {
            if (bpf_link_update(pinned.get(), program_fd, nullptr) != 0)
                return fail_errno("swap the packet path on " + interface);
            auto const record = attachment_record(pins.note(ifindex).value_or(""));
            return model::AttachmentObserved{interface, mode_of(ifindex), record.reason};
        }
        ::unlink(path.c_str());
        pins.erase_note(ifindex);
    }
    return attach_anew(pins, program_fd, ifindex, interface);
}

Result<void> detach(Pins& pins, int ifindex) {
    auto const path = pins.link(ifindex);
    loop::Fd const link(bpf_obj_get(path.c_str()));
    // A link that is on no interface any more outlived it: the number may be another's now. No link at all: the daemon
    // was killed while it attached.
    bool const is_ours = link.get() < 0 || is_on(link.get(), ifindex);
    if (link.get() >= 0) bpf_link_detach(link.get());
    Result<void> done;
    char name[IF_NAMESIZE] = {};
    if (is_ours && ::if_indextoname(static_cast<unsigned>(ifindex), name) != nullptr)
        done = switch_on(name, attachment_record(pins.note(ifindex).value_or("")).switched_off);
    pins.erase_note(ifindex);
    ::unlink(path.c_str());
    return done;
}

}  // namespace drover::dataplane
