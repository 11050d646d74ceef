// What is kept of an attachment from one daemon to the next.
#include "dataplane/attachment_record.h"

#include <gmock/gmock.h>

namespace drover::dataplane {
namespace {

using ::testing::IsEmpty;

TEST(AttachmentRecord, ComesBackAsItWas) {
    for (auto const& record : std::vector<AttachmentRecord>{
             {},
             {{"rx-lro"}, ""},
             {{}, "native XDP refused by veth: Numerical result out of range"},
             {{"rx-lro"}, "native XDP refused by veth: Numerical result out of range", true, false},
             {{}, "", true, true},
             {{}, "", false, true},
             {{"rx-lro", "rx-gro-hw", "rx-gro"}, "native XDP refused by bridge: Operation not supported"},
         }) {
        EXPECT_EQ(attachment_record(text(record)), record) << text(record);
        EXPECT_THAT(text(record), ::testing::Not(IsEmpty())) << "a name on bpffs must stand for something";
    }
}

TEST(AttachmentRecord, OfAnotherHandIsReadAsFarAsItGoes) {
    EXPECT_EQ(attachment_record(""), AttachmentRecord{});
    EXPECT_EQ(attachment_record("rx-gro"), (AttachmentRecord{{"rx-gro"}, ""}));
    EXPECT_EQ(attachment_record("  rx-gro  rx-lro : x"), (AttachmentRecord{{"rx-gro", "rx-lro"}, "x"}));
    EXPECT_EQ(attachment_record("rx-lro clsact  tc-filter"), (AttachmentRecord{{"rx-lro"}, "", true, true}));
}

}  // namespace
}  // namespace drover::dataplane
