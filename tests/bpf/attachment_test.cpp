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
#include "netlink/io/ethtool.h"

namespace drover::bpf::testing {
namespace {

using dataplane::attach;
using dataplane::BpfObject;
using dataplane::detach;
using dataplane::Pins;
using ::testing::HasSubstr;

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

    Result<model::AttachmentObserved> attach_to(std::string const& interface) {
        return attach(*pins_, object_->program_fd(), index(interface), interface);
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

TEST_F(Attachment, IsGenericWithoutGroWhereItCannot) {
    make_bridge();
    auto const attached = attach_to("br0");
    ASSERT_TRUE(attached) << attached.error().message;
    EXPECT_EQ(attached->mode, "generic");
    EXPECT_EQ(attached->reason, "native XDP refused by bridge: Operation not supported");
    EXPECT_FALSE(is_on("br0", netlink::gro)) << "packets merged by GRO do not fit through XDP";
    EXPECT_EQ(program_on("br0"), id_of(object_->program_fd()));
}

TEST_F(Attachment, NamesGroThatCannotBeSwitchedOff) {
    ASSERT_TRUE(netlink::set_feature("eth1", netlink::gro, true));
    run("ip link add mv0 link eth1 type macvlan mode private");
    auto const attached = attach_to("mv0");
    ASSERT_TRUE(attached) << attached.error().message;
    EXPECT_THAT(attached->reason, HasSubstr("native XDP refused by macvlan: "));
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

TEST_F(Attachment, SaysGenericAndWhyAgainAfterASwap) {
    run("ip link add mv0 link eth1 type macvlan mode private");
    auto const first = attach_to("mv0");
    ASSERT_TRUE(first);
    auto const again = attach_to("mv0");
    EXPECT_EQ(again->mode, "generic");
    EXPECT_EQ(again->reason, first->reason);
}

TEST_F(Attachment, LeavesTheOffloadsAsItFoundThem) {
    make_bridge();
    ASSERT_TRUE(attach_to("br0"));
    ASSERT_FALSE(is_on("br0", netlink::gro));
    EXPECT_TRUE(detach(*pins_, index("br0")));
    EXPECT_TRUE(is_on("br0", netlink::gro));
    EXPECT_TRUE(pins_->interfaces().empty());

    ASSERT_TRUE(netlink::set_feature("br0", netlink::gro, false));
    ASSERT_TRUE(attach_to("br0"));
    EXPECT_TRUE(detach(*pins_, index("br0")));
    EXPECT_FALSE(is_on("br0", netlink::gro)) << "what was off before stays off";
}

TEST_F(Attachment, LeavesTheOffloadsOfADaemonThatDiedAsThatOneFoundThem) {
    make_bridge();
    ASSERT_TRUE(attach_to("br0"));
    object_.reset();  // killed: pins and GRO stay as they are
    ASSERT_FALSE(is_on("br0", netlink::gro));
    object_ = BpfObject::load(&*pins_, 64).value();
    ASSERT_TRUE(attach_to("br0"));
    EXPECT_TRUE(detach(*pins_, index("br0")));
    EXPECT_TRUE(is_on("br0", netlink::gro));
}

TEST_F(Attachment, IsUndoneWhenTheDaemonWasKilledHalfWay) {
    make_bridge();
    ASSERT_TRUE(pins_->write_note(index("br0"), "rx-gro: "));
    ASSERT_TRUE(netlink::set_feature("br0", netlink::gro, false));  // and no further
    EXPECT_THAT(pins_->interfaces(), ::testing::ElementsAre(index("br0")));
    ASSERT_TRUE(attach_to("br0"));
    EXPECT_TRUE(detach(*pins_, index("br0")));
    EXPECT_TRUE(is_on("br0", netlink::gro));
    EXPECT_TRUE(pins_->interfaces().empty());
}

TEST_F(Attachment, ThatFailsLeavesTheOffloadsAsItFoundThem) {
    make_bridge();
    auto const no_program = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    EXPECT_FALSE(attach(*pins_, no_program, index("br0"), "br0"));
    ::close(no_program);
    EXPECT_TRUE(is_on("br0", netlink::gro));
    EXPECT_TRUE(pins_->interfaces().empty());
}

TEST_F(Attachment, OfAnInterfaceThatIsGoneTouchesNoOtherWithItsNumber) {
    make_bridge();
    ASSERT_TRUE(attach_to("br0"));
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
    auto const refused = attach(*pins_, object_->program_fd(), 4711, "eth9");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("attach to eth9: "));
}

}  // namespace
}  // namespace drover::bpf::testing
