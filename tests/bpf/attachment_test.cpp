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
    EXPECT_THAT(pins_->links(), ::testing::ElementsAre(index("eth0")));
}

TEST_F(Attachment, IsGenericWithoutGroWhereItCannot) {
    run("ip link add br0 type bridge");
    ASSERT_TRUE((*netlink::feature("br0", netlink::gro))->on);
    auto const attached = attach_to("br0");
    ASSERT_TRUE(attached) << attached.error().message;
    EXPECT_EQ(attached->mode, "generic");
    EXPECT_EQ(attached->reason, "native XDP refused by bridge: Operation not supported");
    EXPECT_FALSE((*netlink::feature("br0", netlink::gro))->on) << "packets merged by GRO do not fit through XDP";
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
    EXPECT_EQ(pins_->links().size(), 1u);
}

TEST_F(Attachment, SaysGenericAgainAfterASwap) {
    run("ip link add mv0 link eth1 type macvlan mode private");
    ASSERT_TRUE(attach_to("mv0"));
    EXPECT_EQ(attach_to("mv0")->mode, "generic");
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
    EXPECT_TRUE(pins_->links().empty());
    EXPECT_TRUE(attach_to("eth0"));
}

TEST_F(Attachment, ToNoInterfaceIsAnError) {
    auto const refused = attach(*pins_, object_->program_fd(), 4711, "eth9");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("attach to eth9: "));
}

}  // namespace
}  // namespace drover::bpf::testing
