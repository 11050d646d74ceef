// Two directors that speak about a handover, on the loopback interface.
#include "sync/io/handover_stream.h"

#include <gmock/gmock.h>

#include <functional>
#include <thread>

#include "sync/io/listening.h"

namespace drover::sync {
namespace {

using namespace std::chrono_literals;
using Kind = HandoverLetter::Kind;
using ::testing::HasSubstr;

class HandoverStream : public ::testing::Test {
protected:
    void SetUp() override {
        listening_.open();
        key_.bytes.fill(7);
    }

    /// What the director does that is asked.
    std::jthread serve(std::function<void(SecureStream)> deed) {
        return std::jthread([this, deed = std::move(deed)] {
            auto stream = SecureStream::accept(listening_.accept(), key_, 2s);
            if (stream) deed(std::move(*stream));
        });
    }
    Result<SecureStream> connect(Purpose purpose) {
        return SecureStream::connect(Address::v4(0x7f000001), listening_.port(), key_, 2s, purpose);
    }

    Listening listening_;
    Key key_;
};

TEST_F(HandoverStream, CarriesLettersBothWays) {
    HandoverLetter const asked{
        Kind::prepare, std::vector<model::HandoverPart>(1000, {51, *Address::parse("fe80::1234:5678:9abc:def0")})};
    auto const peer = serve([](SecureStream stream) {
        auto const heard = receive_letter(stream);
        if (heard) (void)send_letter(stream, {Kind::ready, heard->parts});
    });
    auto stream = connect(Purpose::handover);
    ASSERT_TRUE(stream) << stream.error().message;
    ASSERT_TRUE(send_letter(*stream, asked));
    auto const answer = receive_letter(*stream);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(*answer, (HandoverLetter{Kind::ready, asked.parts}));
}

TEST_F(HandoverStream, SaysWhatItIsForInTheHandshake) {
    for (auto const purpose : {Purpose::table, Purpose::handover}) {
        std::optional<Purpose> seen;
        {
            auto const peer = serve([&](SecureStream stream) { seen = stream.purpose(); });
            ASSERT_TRUE(connect(purpose));
        }
        EXPECT_EQ(seen, purpose);
    }
}

TEST_F(HandoverStream, RefusesWhatIsTooLongOrNoLetter) {
    auto const peer = serve([](SecureStream stream) {
        (void)stream.write(std::array<std::uint8_t, 5>{0, 3, 'h', 'u', 'h'});
    });
    auto stream = connect(Purpose::handover);
    ASSERT_TRUE(stream) << stream.error().message;
    HandoverLetter const endless{Kind::prepare,
                                 std::vector<model::HandoverPart>(10'000, {51, *Address::parse("10.9.0.1")})};
    EXPECT_THAT(send_letter(*stream, endless).error().message, HasSubstr("too many instances"));
    EXPECT_THAT(receive_letter(*stream).error().message, HasSubstr("no word about a handover"));
    EXPECT_FALSE(receive_letter(*stream)) << "the peer has gone";
}

}  // namespace
}  // namespace drover::sync
