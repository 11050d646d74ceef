// The packet path on real interfaces, in a network namespace of the test's own.
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <net/if.h>
#include <sched.h>

#include <filesystem>

#include "bpf/packet_path.h"
#include "dataplane/io/attachment.h"
#include "dataplane/io/pins.h"
#include "dataplane/io/tc_filter.h"
#include "netlink/io/ethtool.h"
#include "netlink/io/traffic_control.h"

namespace drover::bpf::testing {
namespace {

using dataplane::attach;
using dataplane::BpfObject;
using dataplane::detach;
using dataplane::Pins;
using model::Taking;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Attachment : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "network namespaces and eBPF need root";
        origin_ = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
        ASSERT_EQ(::unshare(CLONE_NEWNET), 0);
        run("ip link add eth0 type veth peer name eth1");
        run("ip link set eth0 up");
        run("ip link set eth1 up");
        pins_.emplace(Pins::open(directory_).value());
        object_ = BpfObject::load(&*pins_, 64).value();
    }
    void TearDown() override {
        if (origin_ < 0) return;
        pins_->remove_all();
        ::setns(origin_, CLONE_NEWNET);
        ::close(origin_);
    }

    static void run(std::string const& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }
    static int index(std::string const& interface) { return static_cast<int>(::if_nametoindex(interface.c_str())); }

    Result<model::AttachmentObserved> attach_to(std::string const& interface, std::optional<Taking> taking = {}) {
        return attach(*pins_, {object_->program_fd(), [this] { return object_->tc_program_fd(); }}, index(interface),
                      interface, taking);
    }
    /// Killed, and the next one starts.
    void next_daemon() {
        object_.reset();
        object_ = BpfObject::load(&*pins_, 64).value();
    }
    static bool is_on(std::string const& interface, std::string_view feature) {
        return (*netlink::feature(interface, feature))->on;
    }
    /// A bridge: its driver has no native XDP, and its GRO can be switched.
    static void make_bridge() {
        run("ip link add br0 type bridge");
        ASSERT_TRUE(is_on("br0", netlink::gro));
    }
    static std::uint32_t program_on(std::string const& interface) {
        std::uint32_t id = 0;
        bpf_xdp_query_id(index(interface), 0, &id);
        return id;
    }
    /// Names of the programs at tc ingress, the first to run first.
    static std::vector<std::string> at_tc(std::string const& interface) {
        auto socket = netlink::Socket::open().value();
        std::vector<std::string> names;
        for (auto const& filter : netlink::filters(socket, index(interface), netlink::Hook::ingress).value())
            names.push_back(filter.program);
        return names;
    }
    std::string ours_at_tc() { return "drover_tc:[" + std::to_string(id_of(object_->tc_program_fd().value())) + "]"; }
    static bool has_clsact(std::string const& interface) {
        auto socket = netlink::Socket::open().value();
        return netlink::has_hooks(socket, index(interface)).value();
    }
    /// A filter of somebody else; it lets everything through.
    static void put_other(std::string const& interface, std::uint32_t priority, std::uint32_t handle) {
        bpf_insn const program[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, -1}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
        int const fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "other", "GPL", program, std::size(program), nullptr);
        ASSERT_GE(fd, 0);
        bpf_tc_hook hook{};
        hook.sz = sizeof hook;
        hook.ifindex = index(interface);
        hook.attach_point = BPF_TC_INGRESS;
        (void)bpf_tc_hook_create(&hook);
        bpf_tc_opts place{};
        place.sz = sizeof place;
        place.prog_fd = fd;
        place.priority = priority;
        place.handle = handle;
        ASSERT_EQ(bpf_tc_attach(&hook, &place), 0);
        ::close(fd);
    }
    static std::uint32_t id_of(int program_fd) {
        bpf_prog_info info{};
        __u32 length = sizeof info;
        bpf_obj_get_info_by_fd(program_fd, &info, &length);
        return info.id;
    }

    std::filesystem::path directory_ = "/sys/fs/bpf/drover_test_" + std::to_string(::getpid());
    int origin_ = -1;
    std::optional<Pins> pins_;
    std::unique_ptr<BpfObject> object_;
};

TEST_F(Attachment, IsNativeWhereTheDriverCan) {
    auto const attached = attach_to("eth0");
    ASSERT_TRUE(attached) << attached.error().message;
    EXPECT_EQ(attached->mode, "native");
    EXPECT_EQ(attached->reason, "");
    EXPECT_EQ(attached->interface, "eth0");
    EXPECT_EQ(program_on("eth0"), id_of(object_->program_fd()));
    EXPECT_THAT(pins_->interfaces(), ::testing::ElementsAre(index("eth0")));
}

TEST_F(Attachment, IsAtTcIngressWithGroWhereItCannot) {
    make_bridge();
    auto const attached = attach_to("br0");
    ASSERT_TRUE(attached) << attached.error().message;
    EXPECT_EQ(attached->mode, "tc");
    EXPECT_EQ(attached->reason, "native XDP refused by bridge: Operation not supported");
    EXPECT_TRUE(is_on("br0", netlink::gro)) << "merged packets are sent on as they are";
    EXPECT_EQ(program_on("br0"), 0u);
    EXPECT_THAT(at_tc("br0"), ElementsAre(ours_at_tc()));
    EXPECT_THAT(pins_->interfaces(), ElementsAre(index("br0")));
}

TEST_F(Attachment, IsGenericWithoutGroWhereTcIsTakenToo) {
    make_bridge();
    put_other("br0", 1, 0xd204e2);
    auto const attached = attach_to("br0");
    ASSERT_TRUE(attached) << attached.error().message;
    EXPECT_EQ(attached->mode, "generic");
    EXPECT_EQ(attached->reason, "native XDP refused by bridge: Operation not supported; interface br0 runs the packet path of "
                                "another drover at tc ingress: take it off first (tc filter del dev br0 ingress)");
    EXPECT_FALSE(is_on("br0", netlink::gro)) << "packets merged by GRO do not fit through XDP";
    EXPECT_EQ(program_on("br0"), id_of(object_->program_fd()));
}

TEST_F(Attachment, NamesGroThatCannotBeSwitchedOff) {
    ASSERT_TRUE(netlink::set_feature("eth1", netlink::gro, true));
    run("ip link add mv0 link eth1 type macvlan mode private");
    auto const attached = attach_to("mv0", Taking::generic);
    ASSERT_TRUE(attached) << attached.error().message;
    EXPECT_THAT(attached->reason, HasSubstr("`dataplane generic` is set"));
    EXPECT_THAT(attached->reason, HasSubstr("rx-gro cannot be switched off"));
}

TEST_F(Attachment, RefusesToPushAnotherProgramAside) {
    for (auto const* way : {"xdpgeneric", "xdpdrv"}) {
        SCOPED_TRACE(way);
        auto const foreign = BpfObject::load(nullptr, 64).value();
        auto const flags = std::string(way) == "xdpdrv" ? 1u << 2 : 1u << 1;
        ASSERT_EQ(bpf_xdp_attach(index("eth0"), foreign->program_fd(), flags, nullptr), 0);
        auto const refused = attach_to("eth0");
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().message, "interface eth0 runs another XDP program (id " +
                                               std::to_string(id_of(foreign->program_fd())) +
                                               "): take it off first (ip link set dev eth0 xdp off)");
        EXPECT_EQ(program_on("eth0"), id_of(foreign->program_fd()));
        ASSERT_EQ(bpf_xdp_detach(index("eth0"), flags, nullptr), 0);
    }
    EXPECT_TRUE(attach_to("eth0"));
}

TEST_F(Attachment, IsSwappedByTheNextDaemonWithoutEverBeingOff) {
    ASSERT_TRUE(attach_to("eth0"));
    auto const first = id_of(object_->program_fd());
    object_.reset();
    EXPECT_EQ(program_on("eth0"), first) << "the link is pinned: the program outlives its daemon";
    object_ = BpfObject::load(&*pins_, 64).value();
    auto const attached = attach_to("eth0");
    ASSERT_TRUE(attached) << attached.error().message;
    EXPECT_EQ(attached->mode, "native");
    EXPECT_NE(id_of(object_->program_fd()), first);
    EXPECT_EQ(program_on("eth0"), id_of(object_->program_fd()));
    EXPECT_EQ(pins_->interfaces().size(), 1u);
}

TEST_F(Attachment, IsSwappedAtTcIngressInItsPlace) {
    ASSERT_TRUE(attach_to("eth0", Taking::tc));
    auto const first = ours_at_tc();
    object_.reset();
    EXPECT_THAT(at_tc("eth0"), ElementsAre(first)) << "a filter outlives its daemon";
    next_daemon();
    auto const attached = attach_to("eth0", Taking::tc);
    ASSERT_TRUE(attached) << attached.error().message;
    EXPECT_EQ(attached->mode, "tc");
    EXPECT_NE(ours_at_tc(), first);
    EXPECT_THAT(at_tc("eth0"), ElementsAre(ours_at_tc()));
}

TEST_F(Attachment, SaysItsModeAndWhyAgainAfterASwap) {
    run("ip link add mv0 link eth1 type macvlan mode private");
    for (auto const taking : {std::optional<Taking>{}, std::optional{Taking::generic}, std::optional{Taking::tc}}) {
        auto const first = attach_to("mv0", taking);
        ASSERT_TRUE(first) << first.error().message;
        auto const again = attach_to("mv0", taking);
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(again->mode, taking ? name(*taking) : "tc");
        EXPECT_EQ(again->reason, first->reason);
    }
}

TEST_F(Attachment, TakesTheWayThatIsAskedForOrNone) {
    make_bridge();
    auto const refused = attach_to("br0", Taking::native);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "attach to br0: Operation not supported");
    EXPECT_TRUE(pins_->interfaces().empty());
    put_other("br0", 1, 0xd204e2);
    EXPECT_FALSE(attach_to("br0", Taking::tc));
    EXPECT_EQ(at_tc("br0").size(), 1u);
    EXPECT_TRUE(pins_->interfaces().empty());
}

TEST_F(Attachment, ChangesOverFromEachWayToEachOther) {
    using enum Taking;
    ASSERT_TRUE(attach_to("eth0"));
    for (auto const taking : {tc, native, generic, tc, generic, native, tc}) {
        SCOPED_TRACE(name(taking));
        auto const attached = attach_to("eth0", taking);
        ASSERT_TRUE(attached) << attached.error().message;
        EXPECT_EQ(attached->mode, name(taking));
        EXPECT_EQ(attached->reason, "`dataplane " + std::string(name(taking)) + "` is set");
        EXPECT_EQ(program_on("eth0") != 0, taking != tc);
        EXPECT_EQ(at_tc("eth0").size(), taking == tc ? 1u : 0u);
        EXPECT_EQ(has_clsact("eth0"), taking == tc);
        EXPECT_EQ(std::filesystem::exists(pins_->link(index("eth0"))), taking != tc);
    }
    auto const best = attach_to("eth0");
    EXPECT_EQ(best->mode, "native") << "nothing is asked for any more";
    EXPECT_EQ(best->reason, "");
}

TEST_F(Attachment, ThatCannotChangeOverStaysWhatItWas) {
    make_bridge();
    auto const before = attach_to("br0");
    EXPECT_FALSE(attach_to("br0", Taking::native));
    EXPECT_THAT(at_tc("br0"), ElementsAre(ours_at_tc()));
    auto const after = attach_to("br0");
    EXPECT_EQ(after->mode, "tc");
    EXPECT_EQ(after->reason, before->reason);
}

TEST_F(Attachment, LeavesFiltersOfOthersAlone) {
    put_other("eth0", 1, 1);
    put_other("eth0", 2, 1);
    ASSERT_TRUE(attach_to("eth0", Taking::tc));
    auto const all = at_tc("eth0");
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all.front(), ours_at_tc()) << "comes first";
    EXPECT_TRUE(detach(*pins_, index("eth0")));
    EXPECT_THAT(at_tc("eth0"), ElementsAre(HasSubstr("other"), HasSubstr("other")));
}

TEST_F(Attachment, TakesTheQdiscAwayOnlyIfItMadeItAndNobodyElseUsesIt) {
    ASSERT_TRUE(attach_to("eth0", Taking::tc));
    EXPECT_TRUE(detach(*pins_, index("eth0")));
    EXPECT_FALSE(has_clsact("eth0"));

    run("tc qdisc add dev eth0 clsact");
    ASSERT_TRUE(attach_to("eth0", Taking::tc));
    EXPECT_TRUE(detach(*pins_, index("eth0")));
    EXPECT_TRUE(has_clsact("eth0"));

    ASSERT_TRUE(attach_to("eth1", Taking::tc));
    put_other("eth1", 7, 1);
    EXPECT_TRUE(detach(*pins_, index("eth1")));
    EXPECT_THAT(at_tc("eth1"), ElementsAre(HasSubstr("other")));
}

TEST_F(Attachment, AtTcIngressIsTakenOffAfterAnyDeathOfTheDaemon) {
    make_bridge();
    ASSERT_TRUE(attach_to("br0"));
    object_.reset();
    EXPECT_TRUE(detach(*pins_, index("br0")));
    EXPECT_THAT(at_tc("br0"), IsEmpty());
    EXPECT_FALSE(has_clsact("br0"));

    object_ = BpfObject::load(&*pins_, 64).value();
    ASSERT_TRUE(attach_to("br0"));
    ASSERT_TRUE(pins_->write_note(index("br0"), "clsact: "));  // it died before it noted that the filter was on
    EXPECT_EQ(attach_to("br0")->mode, "tc");
    EXPECT_TRUE(detach(*pins_, index("br0")));
    EXPECT_FALSE(has_clsact("br0"));
}

TEST_F(Attachment, OfADaemonThatDiedWhileItChangedOverIsThereOnce) {
    ASSERT_TRUE(attach_to("eth0", Taking::tc));
    auto const number = index("eth0");
    auto const note = *pins_->note(number);
    ASSERT_TRUE(attach_to("eth0", Taking::native));
    ASSERT_TRUE(dataplane::make_clsact(number));
    ASSERT_TRUE(dataplane::put_tc_filter(number, object_->tc_program_fd().value(), false));
    ASSERT_TRUE(pins_->write_note(number, note));
    next_daemon();
    EXPECT_EQ(attach_to("eth0")->mode, "native");
    EXPECT_THAT(at_tc("eth0"), IsEmpty());
    EXPECT_FALSE(has_clsact("eth0"));
}

TEST_F(Attachment, AtTcIngressOfAnInterfaceThatIsGoneTouchesNoOtherWithItsNumber) {
    make_bridge();
    ASSERT_TRUE(attach_to("br0"));
    auto const number = index("br0");
    run("ip link del br0");
    run("ip link add br1 index " + std::to_string(number) + " type bridge");
    run("tc qdisc add dev br1 clsact");
    EXPECT_TRUE(detach(*pins_, number));
    EXPECT_TRUE(has_clsact("br1"));
    EXPECT_TRUE(pins_->interfaces().empty());
}

TEST_F(Attachment, LeavesTheOffloadsAsItFoundThem) {
    make_bridge();
    ASSERT_TRUE(attach_to("br0", Taking::generic));
    ASSERT_FALSE(is_on("br0", netlink::gro));
    EXPECT_TRUE(detach(*pins_, index("br0")));
    EXPECT_TRUE(is_on("br0", netlink::gro));
    EXPECT_TRUE(pins_->interfaces().empty());

    ASSERT_TRUE(netlink::set_feature("br0", netlink::gro, false));
    ASSERT_TRUE(attach_to("br0", Taking::generic));
    EXPECT_TRUE(detach(*pins_, index("br0")));
    EXPECT_FALSE(is_on("br0", netlink::gro)) << "what was off before stays off";
}

TEST_F(Attachment, LeavesTheOffloadsOfADaemonThatDiedAsThatOneFoundThem) {
    make_bridge();
    ASSERT_TRUE(attach_to("br0", Taking::generic));
    object_.reset();  // killed: pins and GRO stay as they are
    ASSERT_FALSE(is_on("br0", netlink::gro));
    object_ = BpfObject::load(&*pins_, 64).value();
    ASSERT_TRUE(attach_to("br0", Taking::generic));
    EXPECT_TRUE(detach(*pins_, index("br0")));
    EXPECT_TRUE(is_on("br0", netlink::gro));
}

TEST_F(Attachment, IsUndoneWhenTheDaemonWasKilledHalfWay) {
    make_bridge();
    ASSERT_TRUE(pins_->write_note(index("br0"), "rx-gro: "));
    ASSERT_TRUE(netlink::set_feature("br0", netlink::gro, false));  // and no further
    EXPECT_THAT(pins_->interfaces(), ::testing::ElementsAre(index("br0")));
    ASSERT_TRUE(attach_to("br0", Taking::generic));
    EXPECT_TRUE(detach(*pins_, index("br0")));
    EXPECT_TRUE(is_on("br0", netlink::gro));
    EXPECT_TRUE(pins_->interfaces().empty());
}

TEST_F(Attachment, ThatFailsLeavesTheOffloadsAsItFoundThem) {
    make_bridge();
    auto const no_program = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    EXPECT_FALSE(attach(*pins_, {no_program, [&] { return Result<int>(no_program); }}, index("br0"), "br0"));
    ::close(no_program);
    EXPECT_TRUE(is_on("br0", netlink::gro));
    EXPECT_TRUE(pins_->interfaces().empty());
}

TEST_F(Attachment, OfAnInterfaceThatIsGoneTouchesNoOtherWithItsNumber) {
    make_bridge();
    ASSERT_TRUE(attach_to("br0", Taking::generic));
    auto const number = index("br0");
    run("ip link del br0");
    run("ip link add br1 index " + std::to_string(number) + " type bridge");
    ASSERT_TRUE(netlink::set_feature("br1", netlink::gro, false));
    EXPECT_TRUE(detach(*pins_, number));
    EXPECT_FALSE(is_on("br1", netlink::gro));
    EXPECT_TRUE(pins_->interfaces().empty());
}

TEST_F(Attachment, SaysWhichOffloadStaysOff) {
    ASSERT_TRUE(attach_to("eth0"));
    ASSERT_TRUE(pins_->write_note(index("eth0"), "rx-lro: "));  // as if LRO had been on; veth has none
    auto const done = detach(*pins_, index("eth0"));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "switch rx-lro on on eth0: the driver does not let it be changed");
    EXPECT_EQ(program_on("eth0"), 0u) << "the program is off all the same";
}

TEST_F(Attachment, ReplacesThePinOfAnInterfaceThatIsGone) {
    ASSERT_TRUE(attach_to("eth0"));
    auto const number = index("eth0");
    run("ip link del eth0");
    EXPECT_TRUE(std::filesystem::exists(pins_->link(number))) << "a pin stays when its interface goes";
    run("ip link add eth0 index " + std::to_string(number) + " type veth peer name eth1");
    auto const attached = attach_to("eth0");
    ASSERT_TRUE(attached) << attached.error().message;
    EXPECT_EQ(program_on("eth0"), id_of(object_->program_fd()));
    object_.reset();
    EXPECT_NE(program_on("eth0"), 0u) << "the new link is pinned, too";
}

TEST_F(Attachment, IsTakenOffByDetach) {
    ASSERT_TRUE(attach_to("eth0"));
    detach(*pins_, index("eth0"));
    EXPECT_EQ(program_on("eth0"), 0u);
    EXPECT_TRUE(pins_->interfaces().empty());
    EXPECT_TRUE(attach_to("eth0"));
}

TEST_F(Attachment, ToNoInterfaceIsAnError) {
    auto const refused = attach(*pins_, {object_->program_fd(), [this] { return object_->tc_program_fd(); }}, 4711, "eth9");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("attach to eth9: "));
}

}  // namespace
}  // namespace drover::bpf::testing
