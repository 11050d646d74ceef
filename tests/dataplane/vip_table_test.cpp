#include "dataplane/vip_table.h"

#include <gtest/gtest.h>

#include "dataplane/memory.h"

namespace drover::dataplane {
namespace {

using testing::at;
using testing::FakeKernel;
using testing::found_by_packets;
using testing::Memory;

class VipTableTest : public ::testing::Test {
protected:
    int found(ServiceKey const& key) { return found_by_packets(memory_, kernel_, vip_key(key)); }
    int found(std::string_view address) { return found_by_packets(memory_, kernel_, vip_address_key(*Address::parse(address))); }

    /// So many services that share one bucket of the table.
    static std::vector<ServiceKey> sharing_a_bucket(std::size_t count) {
        std::vector<ServiceKey> keys;
        auto const first = vip_key({at("10.1.0.0"), Protocol::tcp});
        for (std::uint32_t i = 0; keys.size() < count; ++i) {
            ServiceKey const key{{Address::v4(0x0a010000 + i), 80}, Protocol::tcp};
            auto const candidate = vip_key(key);
            if (contract::vip_hash(&candidate) == contract::vip_hash(&first)) keys.push_back(key);
        }
        return keys;
    }

    Memory memory_;
    FakeKernel kernel_;
    VipTable vips_{memory_.vips, kernel_};
};

TEST_F(VipTableTest, FindsServicesByAddressPortAndProtocol) {
    ServiceKey const web{at("10.0.0.1", 80), Protocol::tcp}, dns{at("10.0.0.1", 80), Protocol::udp};
    EXPECT_EQ(found(web), -1);
    ASSERT_TRUE(vips_.insert(web, 7));
    ASSERT_TRUE(vips_.insert(dns, 8));
    EXPECT_EQ(found(web), 7);
    EXPECT_EQ(found(dns), 8);
    EXPECT_EQ(found({at("10.0.0.1", 81), Protocol::tcp}), -1);
    EXPECT_EQ(found({at("10.0.0.2", 80), Protocol::tcp}), -1);
}

TEST_F(VipTableTest, KeepsTheAddressItselfAsLongAsOneServiceHasIt) {
    ServiceKey const web{at("10.0.0.1", 80), Protocol::tcp}, dns{at("10.0.0.1", 53), Protocol::udp};
    ASSERT_TRUE(vips_.insert(web, 7));
    ASSERT_TRUE(vips_.insert(dns, 8));
    EXPECT_EQ(found("10.0.0.1"), 0);
    vips_.erase(web);
    EXPECT_EQ(found(web), -1);
    EXPECT_EQ(found("10.0.0.1"), 0);
    vips_.erase(dns);
    EXPECT_EQ(found("10.0.0.1"), -1);
}

TEST_F(VipTableTest, InsertsAServiceOnce) {
    ServiceKey const web{at("10.0.0.1", 80), Protocol::tcp};
    ASSERT_TRUE(vips_.insert(web, 7));
    ASSERT_TRUE(vips_.insert(web, 7));
    vips_.erase(web);
    EXPECT_EQ(found(web), -1);
    EXPECT_EQ(found("10.0.0.1"), -1);
}

TEST_F(VipTableTest, SpillsWhatItsBucketCannotHold) {
    auto const keys = sharing_a_bucket(5);
    for (std::uint32_t i = 0; i < keys.size(); ++i) ASSERT_TRUE(vips_.insert(keys[i], 100 + i));
    EXPECT_GE(kernel_.spilled.size(), 3u);
    for (std::uint32_t i = 0; i < keys.size(); ++i) EXPECT_EQ(found(keys[i]), static_cast<int>(100 + i));
}

TEST_F(VipTableTest, FindsTheRestWhicheverGoesFirst) {
    for (std::size_t gone = 0; gone < 5; ++gone) {
        auto const keys = sharing_a_bucket(5);
        for (std::uint32_t i = 0; i < keys.size(); ++i) ASSERT_TRUE(vips_.insert(keys[i], 100 + i));
        vips_.erase(keys[gone]);
        for (std::uint32_t i = 0; i < keys.size(); ++i)
            EXPECT_EQ(found(keys[i]), i == gone ? -1 : static_cast<int>(100 + i));
        ASSERT_TRUE(vips_.insert(keys[gone], 200)) << "comes back, into the bucket or the spill map";
        EXPECT_EQ(found(keys[gone]), 200);
        for (auto const& key : keys) vips_.erase(key);
        for (auto const& key : keys) EXPECT_EQ(found(key), -1);
        EXPECT_TRUE(kernel_.spilled.empty());
    }
}

TEST_F(VipTableTest, SaysWhenTheSpillMapIsFull) {
    kernel_.spill_room = 0;
    auto const keys = sharing_a_bucket(3);
    ASSERT_TRUE(vips_.insert(keys[0], 1));
    ASSERT_TRUE(vips_.insert(keys[1], 2));
    EXPECT_EQ(vips_.insert(keys[2], 3).error().message, "the spill map is full");
    EXPECT_EQ(found(keys[2]), -1);
}

TEST_F(VipTableTest, AdoptsWhatIsThereWithoutWriting) {
    auto const keys = sharing_a_bucket(5);
    for (std::uint32_t i = 0; i < keys.size(); ++i) ASSERT_TRUE(vips_.insert(keys[i], 100 + i));
    auto const before = memory_.image();
    auto const spilled = kernel_.spilled;
    VipTable next(memory_.vips, kernel_);
    for (std::uint32_t i = 0; i < keys.size(); ++i) ASSERT_TRUE(next.adopt(keys[i], 100 + i));
    EXPECT_EQ(memory_.image(), before);
    EXPECT_EQ(kernel_.spilled, spilled);
    for (auto const& key : keys) next.erase(key);
    for (auto const& key : keys) EXPECT_EQ(found(key), -1);
    EXPECT_TRUE(kernel_.spilled.empty());
}

TEST_F(VipTableTest, AdoptingMakesUpForWhatIsMissing) {
    ServiceKey const web{at("10.0.0.1", 80), Protocol::tcp};
    ASSERT_TRUE(vips_.adopt(web, 7));
    EXPECT_EQ(found(web), 7);
    EXPECT_EQ(found("10.0.0.1"), 0);
}

}  // namespace
}  // namespace drover::dataplane
