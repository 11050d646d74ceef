// Maps outlive the daemon: what the next one finds on bpffs.
#include <bpf/libbpf.h>
#include <gmock/gmock.h>

#include <filesystem>

#include "bpf/packet_path.h"
#include "dataplane/io/bpf_dataplane.h"
#include "dataplane/io/pinned_roles.h"
#include "dataplane/io/pins.h"

namespace drover::bpf::testing {
namespace {

using dataplane::BpfObject;
using dataplane::Pins;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char const* kVip = "172.51.97.175";

class Loading : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "loading eBPF programs needs root";
    }
    void TearDown() override {
        std::error_code ignored;
        for (auto const& entry : std::filesystem::directory_iterator(directory_, ignored)) ::unlink(entry.path().c_str());
        ::rmdir(directory_.c_str());
    }

    static model::Desired desired() {
        model::Desired desired;
        desired.services = {service(kVip, 80, {{real(1), 1}, {real(2), 2}})};
        desired.services[0].persistence_timeout = 50;
        return desired;
    }

    int layout_map() { return bpf_obj_get((directory_ / "layouts").c_str()); }

    void write_version(std::uint32_t version) {
        int const map = layout_map();
        ASSERT_GE(map, 0);
        __u32 const zero = 0;
        contract::layout layout{};
        bpf_map_lookup_elem(map, &zero, &layout);
        layout.version = version;
        bpf_map_update_elem(map, &zero, &layout, 0);
        ::close(map);
    }

    std::filesystem::path directory_ = "/sys/fs/bpf/drover_test_" + std::to_string(::getpid());
};

TEST_F(Loading, ASecondDaemonTakesOverServicesAndConnections) {
    std::uint64_t key = 0x1234, meta = contract::make_meta(contract::SLOT_LIVE, 3, 1, contract::STATE_ESTABLISHED, 0, 77);
    std::uint64_t seed = 0;
    {
        auto const pins = Pins::open(directory_).value();
        auto const first = BpfObject::load(&pins, 1000).value();
        EXPECT_FALSE(first->adopted());
        EXPECT_EQ(first->tables().narrow.size(), 256u) << "1000 slots, rounded up to 1024";
        dataplane::Programmer programmer(first->tables(), *first, first->ticks());
        ASSERT_TRUE(programmer.apply(desired()));
        first->tables().narrow[9].slot[2] = {key, meta};
        seed = first->tables().layout->seed;
    }
    auto const pins = Pins::open(directory_).value();
    auto const second = BpfObject::load(&pins, 4'000'000).value();
    EXPECT_TRUE(second->adopted());
    EXPECT_EQ(second->tables().narrow.size(), 256u) << "a table that is taken over keeps its size";
    EXPECT_EQ(second->tables().layout->seed, seed);
    EXPECT_EQ(second->tables().narrow[9].slot[2].key, key);
    EXPECT_EQ(second->tables().narrow[9].slot[2].meta, meta);
    dataplane::Programmer programmer(second->tables(), *second, second->ticks());
    EXPECT_EQ(programmer.current(), desired());
    EXPECT_THAT(*programmer.apply(desired()), ::testing::IsEmpty());
}

TEST_F(Loading, TheNextProgramFindsTheConnectionsOfTheLast) {
    auto const run = [](BpfObject& object, Frame const& sent) {
        auto bytes = sent.bytes();
        bpf_test_run_opts options{};
        options.sz = sizeof options;
        options.data_in = bytes.data();
        options.data_size_in = static_cast<__u32>(bytes.size());
        options.data_out = bytes.data();
        options.data_size_out = static_cast<__u32>(bytes.size());
        EXPECT_EQ(bpf_prog_test_run_opts(object.program_fd(), &options), 0);
        return options.retval == XDP_TX ? bytes[5] : 0;
    };
    int server = 0;
    {
        auto const pins = Pins::open(directory_).value();
        auto const first = BpfObject::load(&pins, 1000).value();
        dataplane::Programmer programmer(first->tables(), *first, first->ticks());
        ASSERT_TRUE(programmer.apply(desired()));
        (void)programmer.ports().put(1, kOurMac);
        for (int i : {1, 2}) programmer.set_next_hop(real(i).address, dataplane::NextHop{server_mac(i), 1, false});
        server = run(*first, frame().syn());
        EXPECT_NE(server, 0);
    }
    auto const pins = Pins::open(directory_).value();
    auto const second = BpfObject::load(&pins, 1000).value();
    EXPECT_EQ(run(*second, frame().ack()), server);
}

TEST_F(Loading, AnotherLayoutIsRefusedAndLeftAlone) {
    {
        auto const pins = Pins::open(directory_).value();
        ASSERT_TRUE(BpfObject::load(&pins, 1000));
    }
    write_version(contract::LAYOUT_VERSION + 1);
    auto const pins = Pins::open(directory_).value();
    auto const refused = BpfObject::load(&pins, 1000);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, StartsWith("the pinned maps in " + directory_.string() + "/ have layout " +
                                                    std::to_string(contract::LAYOUT_VERSION + 1) + ", this drover has " +
                                                    std::to_string(contract::LAYOUT_VERSION)));
    EXPECT_THAT(refused.error().message, HasSubstr("the old program goes on forwarding"));
    int const map = layout_map();
    EXPECT_GE(map, 0) << "the pins are still there";
    ::close(map);
}

TEST_F(Loading, ALongerLayoutOfALaterVersionIsRefusedToo) {
    auto const pins = Pins::open(directory_).value();
    int const map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "layouts", 4, 4096, 1, nullptr);
    ASSERT_GE(map, 0);
    __u32 const zero = 0;
    std::vector<std::uint32_t> value(1024, 9);
    ASSERT_EQ(bpf_map_update_elem(map, &zero, value.data(), 0), 0);
    ASSERT_EQ(bpf_obj_pin(map, (directory_ / "layouts").c_str()), 0);
    ::close(map);
    auto const refused = BpfObject::load(&pins, 1000);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("have layout 9,"));
}

TEST_F(Loading, AMapOfAnotherShapeIsRefused) {
    auto const pins = Pins::open(directory_).value();
    ASSERT_TRUE(BpfObject::load(&pins, 1000));
    ASSERT_EQ(::unlink((directory_ / "servers").c_str()), 0);
    int const map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "servers", 4, 16, 10, nullptr);
    ASSERT_EQ(bpf_obj_pin(map, (directory_ / "servers").c_str()), 0);
    ::close(map);
    auto const refused = BpfObject::load(&pins, 1000);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("/servers has another shape"));
}

TEST_F(Loading, PinsThatWereNeverFinishedAreReplaced) {
    {
        auto const pins = Pins::open(directory_).value();
        auto const object = BpfObject::load(&pins, 1000).value();
        object->tables().narrow[0].slot[0].key = 7;
    }
    write_version(0);
    ::unlink((directory_ / "servers").c_str());
    auto const pins = Pins::open(directory_).value();
    auto const object = BpfObject::load(&pins, 1000).value();
    EXPECT_FALSE(object->adopted());
    EXPECT_EQ(object->tables().narrow[0].slot[0].key, 0u);
    EXPECT_TRUE(std::filesystem::exists(directory_ / "servers"));
}

TEST_F(Loading, WithoutPinsLeavesNothingBehind) {
    auto const object = BpfObject::load(nullptr, 1000).value();
    EXPECT_FALSE(object->adopted());
    EXPECT_FALSE(std::filesystem::exists(directory_));
}

TEST_F(Loading, OneDirectoryIsForOneDaemon) {
    {
        auto const pins = Pins::open(directory_).value();
        auto const second = Pins::open(directory_);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().message, "another drover is running with the pin directory " + directory_.string());
    }
    EXPECT_TRUE(Pins::open(directory_)) << "and free again when that one is gone";
}

TEST_F(Loading, APlaceThatIsNoBpffsIsRefused) {
    auto const refused = Pins::open("/tmp/drover_test_" + std::to_string(::getpid()));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("this is no bpffs"));
}

TEST_F(Loading, TheRolesOfAnEarlierDaemonAreThereBeforeTheProgramIs) {
    std::uint32_t number = 0;
    {
        auto pins = Pins::open(directory_).value();
        EXPECT_FALSE(dataplane::PinnedRoles::open(pins)) << "there was no earlier daemon";
        auto const plane = dataplane::BpfDataplane::open(std::move(pins), 1000).value();
        number = plane->roles().number_of("pair").value();
        plane->roles().open_gate(number);
    }
    auto pins = Pins::open(directory_).value();
    auto early = dataplane::PinnedRoles::open(pins);
    ASSERT_TRUE(early);
    EXPECT_EQ(early->roles().find("pair"), number);
    EXPECT_TRUE(early->roles().is_open(number));

    auto const plane = dataplane::BpfDataplane::open(std::move(pins), 1000).value();
    early->roles().shut_gate(number);
    EXPECT_FALSE(plane->roles().is_open(number)) << "it is the same memory";
}

TEST_F(Loading, RemovingTakesEveryPinAway) {
    auto plane = dataplane::BpfDataplane::open(Pins::open(directory_).value(), 1000).value();
    EXPECT_TRUE(std::filesystem::exists(directory_ / "narrow"));
    plane->remove();
    EXPECT_FALSE(std::filesystem::exists(directory_));
}

}  // namespace
}  // namespace drover::bpf::testing
