#include "dataplane/journal.h"

#include <gtest/gtest.h>

#include "dataplane/memory.h"

namespace drover::dataplane {
namespace {

using testing::Memory;

class JournalTest : public ::testing::Test {
protected:
    void write(std::uint64_t count) {
        for (; count > 0; --count) Journal::write(memory_.tables(), {{0, 0, ++written_}});
    }
    std::uint64_t read() {
        auto const key = journal_.next();
        return key ? key->last() : 0;
    }

    Memory memory_{{.servers = 16, .services = 16}};
    Journal journal_{memory_.tables()};
    std::uint64_t written_ = 0;
};

TEST_F(JournalTest, IsNotWrittenUnlessSomebodyListens) {
    write(3);
    EXPECT_EQ(memory_.journal_head.next, 0u);
    journal_.listen(true);
    write(1);
    EXPECT_EQ(read(), 4u);
    journal_.listen(false);
    write(1);
    EXPECT_EQ(read(), 0u);
}

TEST_F(JournalTest, IsReadInTheOrderOfWriting) {
    journal_.listen(true);
    write(3);
    EXPECT_EQ(journal_.waiting(), 3u);
    EXPECT_EQ(read(), 1u);
    EXPECT_EQ(read(), 2u);
    write(1);
    EXPECT_EQ(read(), 3u);
    EXPECT_EQ(read(), 4u);
    EXPECT_EQ(read(), 0u);
    EXPECT_EQ(journal_.lost(), 0u);
}

TEST_F(JournalTest, WaitsForAnEntryThatIsStillBeingWritten) {
    journal_.listen(true);
    ++memory_.journal_head.next;  // its number is taken, no more
    write(1);
    EXPECT_EQ(read(), 0u);
    memory_.journal[0].key[2] = 77;
    memory_.journal[0].number = 1;
    EXPECT_EQ(read(), 77u);
    EXPECT_EQ(read(), 1u);
}

TEST_F(JournalTest, AReaderWhoIsTooFarBehindGoesOnWithNewerEntriesAndCountsTheOthers) {
    journal_.listen(true);
    write(contract::JOURNAL_ENTRIES + 100);
    auto const first = read();
    EXPECT_EQ(first, written_ - contract::JOURNAL_ENTRIES / 4 + 1);
    EXPECT_EQ(journal_.lost(), first - 1);
    for (auto next = first + 1; next <= written_; ++next) ASSERT_EQ(read(), next);
    EXPECT_EQ(read(), 0u);
}

}  // namespace
}  // namespace drover::dataplane
