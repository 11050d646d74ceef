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
#include "dataplane/io/tc_filter.h"
#include "loop/io/fd.h"
#include "netlink/io/ethtool.h"

namespace drover::dataplane {

namespace {

using model::Taking;

/// All zero when nothing is there or the interface cannot be asked.
bpf_xdp_query_opts query_xdp(int ifindex) {
    bpf_xdp_query_opts query{};
    query.sz = sizeof query;
    bpf_xdp_query(ifindex, 0, &query);
    return query;
}

/// Native or generic: what the interface really runs.
Taking mode_of(int ifindex) {
    auto const query = query_xdp(ifindex);
    return query.skb_prog_id != 0 && query.drv_prog_id == 0 ? Taking::generic : Taking::native;
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

std::string why_no_filter(std::string const& interface, Error const& error) {
    if (error.code == EEXIST) {
        return "interface " + interface + " runs the packet path of another drover at tc ingress: take it off first "
               "(tc filter del dev " + interface + " ingress)";
    }
    return "attach to " + interface + " at tc ingress: " + error.message;
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

/// The reason of an attachment that the administrator chose.
std::string as_told(Taking taking) { return "`dataplane " + std::string(name(taking)) + "` is set"; }

/// An attachment in the making, perhaps in the place of one of another kind. What is done to the interface is noted first:
/// whoever comes after a daemon that was killed half-way can undo it.
class Beginning {
public:
    Beginning(Pins& pins, int ifindex, std::string const& interface, std::optional<Taking> old)
        : pins_(pins), ifindex_(ifindex), interface_(interface), old_(old),
          record_(attachment_record(pins.note(ifindex).value_or(""))), before_(old ? record_ : AttachmentRecord{}) {
        record_.reason.clear();
    }
    Beginning(Beginning const&) = delete;
    Beginning& operator=(Beginning const&) = delete;
    ~Beginning() {
        if (!stays_) undo();
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

    Result<void> link(int program_fd, std::uint32_t flags) {
        auto const path = pins_.link(ifindex_);
        if (old_ && *old_ != Taking::tc) {  // the kernel takes one only: from here on nothing is on the interface
            remove_link();
            old_.reset();
            before_ = {};
        }
        int const link = create_link(program_fd, ifindex_, flags);
        if (link < 0) return fail(why_not_attached(interface_, ifindex_, -link), -link);
        loop::Fd const held(link);
        if (bpf_obj_pin(link, path.c_str()) != 0) return fail_errno("pin " + path);
        has_link_ = true;
        return {};
    }

    Result<void> filter(Result<int> const& program_fd) {
        if (!program_fd) return std::unexpected(program_fd.error());
        auto const there = has_clsact(ifindex_);
        if (!there) return std::unexpected(there.error());
        record_.clsact = record_.clsact || !*there;
        auto done = write();
        if (done) done = make_clsact(ifindex_);
        if (done) done = put_tc_filter(ifindex_, *program_fd, false);
        if (!done) return fail(why_no_filter(interface_, done.error()), done.error().code);
        record_.tc_filter = true;
        return {};
    }

    /// It is on: what came before it goes. From now on its own end is up to detach().
    Result<void> stay(Taking taking) {
        if (taking == Taking::tc) {
            remove_link();
            leave_on(netlink::hardware_gro);
            leave_on(netlink::gro);
        } else {
            remove_tc_filter(ifindex_, record_.clsact);
            record_.tc_filter = record_.clsact = false;
            if (taking == Taking::native) leave_on(netlink::gro);
        }
        auto done = write();
        stays_ = done.has_value();
        return done;
    }

private:
    Result<void> write() { return pins_.write_note(ifindex_, text(record_)); }

    void remove_link() {
        auto const path = pins_.link(ifindex_);
        if (loop::Fd const link(bpf_obj_get(path.c_str())); link.get() >= 0) bpf_link_detach(link.get());
        ::unlink(path.c_str());
    }

    /// It was switched off for another way.
    void leave_on(std::string_view feature) {
        if (std::erase(record_.switched_off, feature) == 0) return;
        if (auto done = switch_on(interface_, {std::string(feature)}); !done) log::warning("{}", done.error().message);
    }

    void undo() {
        if (has_link_) remove_link();
        if (!before_.tc_filter) remove_tc_filter(ifindex_, record_.clsact);
        auto const off = record_.switched_off;
        for (auto const& feature : off)
            if (std::ranges::find(before_.switched_off, feature) == before_.switched_off.end()) leave_on(feature);
        if (old_)
            (void)pins_.write_note(ifindex_, text(before_));
        else
            pins_.erase_note(ifindex_);
    }

    Pins& pins_;
    int ifindex_;
    std::string interface_;
    std::optional<Taking> old_;
    AttachmentRecord record_;
    AttachmentRecord before_;
    bool has_link_ = false;
    bool stays_ = false;
};

/// Errors with which drivers refuse native XDP and may be got at in another way all the same.
bool may_fall_back(int code) {
    return code == EOPNOTSUPP || code == EINVAL || code == ENOTSUP || code == ENOMEM || code == ERANGE;
}

/// Down the ladder to the first way that holds, or the wanted one alone.
Result<Taking> take(Beginning& beginning, Programs const& programs, std::optional<Taking> wanted,
                    std::string const& interface) {
    beginning.switch_off(netlink::lro);
    if (!wanted || wanted == Taking::native) {
        beginning.switch_off(netlink::hardware_gro);
        auto const done = beginning.link(programs.xdp, XDP_FLAGS_DRV_MODE);
        if (done) return Taking::native;
        if (wanted || !may_fall_back(done.error().code)) return std::unexpected(done.error());
        beginning.add_reason("native XDP refused by " + netlink::driver_name(interface).value_or("its driver") + ": " +
                             std::strerror(done.error().code));
    }
    if (!wanted || wanted == Taking::tc) {
        auto const done = beginning.filter(programs.tc());
        if (done) return Taking::tc;
        if (wanted) return std::unexpected(done.error());
        beginning.add_reason(done.error().message);
    }
    beginning.switch_off(netlink::hardware_gro);
    beginning.switch_off(netlink::gro);
    if (auto const done = beginning.link(programs.xdp, XDP_FLAGS_SKB_MODE); !done) return std::unexpected(done.error());
    return Taking::generic;
}

Result<model::AttachmentObserved> attach_anew(Pins& pins, Programs const& programs, std::optional<Taking> wanted,
                                              std::optional<Taking> old, int ifindex, std::string const& interface) {
    Beginning beginning(pins, ifindex, interface, old);
    if (wanted) beginning.add_reason(as_told(*wanted));
    auto const taken = take(beginning, programs, wanted, interface);
    if (!taken) return std::unexpected(taken.error());
    if (auto done = beginning.stay(*taken); !done) return std::unexpected(done.error());
    return model::AttachmentObserved{interface, std::string(name(*taken)), beginning.reason()};
}

/// What an earlier attach() has left on the interface. Traces of an interface that is gone are wiped out: its number may be
/// another's now.
std::optional<Taking> standing(Pins& pins, int ifindex) {
    auto const path = pins.link(ifindex);
    if (loop::Fd const link(bpf_obj_get(path.c_str())); link.get() >= 0) {
        if (is_on(link.get(), ifindex)) return mode_of(ifindex);
        ::unlink(path.c_str());
        pins.erase_note(ifindex);
        return std::nullopt;
    }
    auto const note = pins.note(ifindex);
    if (!note) return std::nullopt;
    if (is_tc_filter_on(ifindex)) return Taking::tc;
    if (attachment_record(*note).tc_filter) pins.erase_note(ifindex);
    return std::nullopt;
}

/// The next program in the place of the one that is on, without a packet in between.
Result<void> swap(Pins& pins, Programs const& programs, Taking taking, int ifindex) {
    if (taking == Taking::tc) {
        auto const program = programs.tc();
        return program ? put_tc_filter(ifindex, *program, true) : std::unexpected(program.error());
    }
    loop::Fd const link(bpf_obj_get(pins.link(ifindex).c_str()));
    if (bpf_link_update(link.get(), programs.xdp, nullptr) != 0) return fail(std::strerror(errno), errno);
    return {};
}

Result<model::AttachmentObserved> go_on(Pins& pins, Programs const& programs, std::optional<Taking> wanted,
                                        Taking taking, int ifindex, std::string const& interface) {
    if (auto done = swap(pins, programs, taking, ifindex); !done)
        return fail("swap the packet path on " + interface + ": " + done.error().message, done.error().code);
    auto record = attachment_record(pins.note(ifindex).value_or(""));
    auto const noted = record;
    if (taking != Taking::tc) {  // a daemon that died while it changed over has left both
        remove_tc_filter(ifindex, record.clsact);
        record.tc_filter = record.clsact = false;
    }
    if (wanted)
        record.reason = as_told(*wanted);
    else if (record.reason.starts_with(as_told(taking)))
        record.reason.clear();
    if (record != noted)
        if (auto done = pins.write_note(ifindex, text(record)); !done) return std::unexpected(done.error());
    return model::AttachmentObserved{interface, std::string(name(taking)), record.reason};
}

}  // namespace

Result<model::AttachmentObserved> attach(Pins& pins, Programs const& programs, int ifindex, std::string const& interface,
                                         std::optional<Taking> wanted) {
    auto const old = standing(pins, ifindex);
    if (old) {
        bool const was_told = attachment_record(pins.note(ifindex).value_or("")).reason.starts_with(as_told(*old));
        if (wanted ? *wanted == *old : !was_told || *old == Taking::native)
            return go_on(pins, programs, wanted, *old, ifindex, interface);
    }
    return attach_anew(pins, programs, wanted, old, ifindex, interface);
}

Result<void> detach(Pins& pins, int ifindex) {
    auto const path = pins.link(ifindex);
    auto const record = attachment_record(pins.note(ifindex).value_or(""));
    loop::Fd const link(bpf_obj_get(path.c_str()));
    // What is on no interface any more outlived it: the number may be another's now. Neither link nor filter: the daemon
    // was killed while it attached.
    bool const is_ours =
        link.get() >= 0 ? is_on(link.get(), ifindex) : !record.tc_filter || is_tc_filter_on(ifindex);
    if (link.get() >= 0) bpf_link_detach(link.get());
    Result<void> done;
    char name[IF_NAMESIZE] = {};
    if (is_ours && ::if_indextoname(static_cast<unsigned>(ifindex), name) != nullptr) {
        remove_tc_filter(ifindex, record.clsact);
        done = switch_on(name, record.switched_off);
    }
    pins.erase_note(ifindex);
    ::unlink(path.c_str());
    return done;
}

}  // namespace drover::dataplane
