#include "runner/message.h"

#include <gtest/gtest.h>

#include <random>

#include "runner/line_splitter.h"
#include "runner/security.h"

namespace drover::runner {
namespace {

Request sample() {
    Request request;
    request.id = 7;
    request.queue = "VI_1";
    request.argv = {"/etc/notify.sh", "INSTANCE", "VI_1", "MASTER", "100", ""};
    request.user = "nobody";
    request.timeout = 1500ms;
    request.secure = true;
    return request;
}

TEST(Message, ComesBackAsItWasSent) {
    EXPECT_EQ(*decode_request(*encode(sample())), sample());
    for (Event const& event :
         {Event(Output{3, "/x", "a line"}), Event(Remark{4, "/x", "beware"}), Event(Started{4, "/x"}),
          Event(Finished{5, "/x", Ending::killed, 9, ""}), Event(Finished{6, "/x", Ending::not_started, 0, "no"})})
        EXPECT_EQ(*decode_event(*encode(event)), event);
}

TEST(Message, RefusesWhatIsTooLong) {
    auto request = sample();
    request.argv.push_back(std::string(kLargestMessage, 'x'));
    EXPECT_FALSE(encode(request));
}

TEST(Message, RefusesWhatIsCutOrHasATail) {
    auto const bytes = *encode(sample());
    for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_request(bytes.substr(0, size))) << size;
    EXPECT_FALSE(decode_request(bytes + "x"));
}

TEST(Message, SurvivesMutations) {
    std::mt19937 random(7);
    auto const request = *encode(sample());
    auto const event = *encode(Event(Finished{5, "/x", Ending::killed, 9, "because"}));
    int refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto a = request;
        auto b = event;
        a[random() % a.size()] = static_cast<char>(random());
        b[random() % b.size()] = static_cast<char>(random());
        if (!decode_request(a)) ++refused;
        if (!decode_event(b)) ++refused;
    }
    EXPECT_GT(refused, 1000);
}

TEST(Message, TakesAConfiguredScriptWithItsEventsArguments) {
    model::Script script;
    script.argv = {"/etc/notify.sh", "first"};
    script.user = "keepalived_script";
    auto const request = request_for(script, {"INSTANCE", "VI_1", "MASTER", "110"}, "VI_1");
    EXPECT_EQ(request.argv, (std::vector<std::string>{"/etc/notify.sh", "first", "INSTANCE", "VI_1", "MASTER", "110"}));
    EXPECT_EQ(request.user, "keepalived_script");
    EXPECT_EQ(request.queue, "VI_1");
}

TEST(Message, BecomesALineInTheLog) {
    EXPECT_EQ(text(Output{1, "/etc/x/state.sh", "hello"}), "state.sh: hello");
    EXPECT_EQ(text(Started{1, "/x.sh"}), "");
    EXPECT_EQ(text(Finished{1, "/x.sh", Ending::exited, 0, ""}), "");
    EXPECT_EQ(text(Finished{1, "/x.sh", Ending::exited, 3, ""}), "script /x.sh exited with status 3");
    EXPECT_EQ(text(Finished{1, "/x.sh", Ending::killed, 9, ""}), "script /x.sh was killed by signal 9 (Killed)");
    EXPECT_EQ(text(Finished{1, "/x.sh", Ending::timed_out, 2, ""}),
              "script /x.sh did not end within 2 s and was stopped");
    EXPECT_EQ(text(Finished{1, "/x.sh", Ending::not_started, 0, "it does not exist"}),
              "cannot run /x.sh: it does not exist");
    EXPECT_EQ(text(Finished{1, "/x.sh", Ending::lost, 0, ""}),
              "script /x.sh was running when the script runner died: how it ends is not known");
}

TEST(LineSplitter, GivesWholeLinesHoweverTheyAreCut) {
    LineSplitter lines;
    EXPECT_EQ(lines.feed("one\ntw"), (std::vector<std::string>{"one"}));
    EXPECT_EQ(lines.feed("o\r\n\n\nthree"), (std::vector<std::string>{"two"}));
    EXPECT_EQ(lines.finish(), (std::vector<std::string>{"three"}));
    EXPECT_TRUE(lines.finish().empty());
}

TEST(LineSplitter, ShowsControlCharactersInsteadOfSendingThem) {
    LineSplitter lines;
    EXPECT_EQ(lines.feed("\x1b[31mred\t中\n").front(), "\\x1b[31mred\t中");
}

TEST(LineSplitter, IsBoundedInLengthAndNumber) {
    LineSplitter lines;
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(lines.feed(std::string(1000, 'x')).empty());
    EXPECT_EQ(lines.feed("\n").front(), std::string(kLongestLine, 'x') + "...");
    std::size_t given = 1;
    for (int i = 0; i < 1000; ++i) given += lines.feed("y\n").size();
    EXPECT_EQ(given, kMostLines);
    EXPECT_EQ(lines.dropped(), 1001 - kMostLines);
}

TEST(Security, NamesThePartOfThePathThatOthersCanChange) {
    constexpr std::uint32_t dir = 0040000, file = 0100000, link = 0120000;
    struct Case {
        std::vector<PathPart> parts;
        char const* said;
    };
    for (auto const& c : std::vector<Case>{
             {{{"/", 0, 0, dir | 0755}, {"/etc", 0, 0, dir | 0755}, {"/etc/x", 0, 0, file | 0755}}, nullptr},
             {{{"/", 0, 0, dir | 0755}, {"/etc", 0, 0, dir | 0755}, {"/etc/x", 0, 0, file | 0757}},
              "/etc/x is writable by everyone"},
             {{{"/", 0, 0, dir | 0755}, {"/srv", 0, 0, dir | 0777}, {"/srv/x", 0, 0, file | 0755}},
              "/srv is writable by everyone"},
             {{{"/tmp", 0, 0, dir | 01777}, {"/tmp/x", 0, 0, file | 0755}}, nullptr},
             {{{"/tmp", 0, 0, dir | 01777}, {"/tmp/x", 1000, 0, file | 0755}}, "/tmp/x belongs to user 1000"},
             {{{"/home/u", 1000, 1000, dir | 0755}, {"/home/u/x", 0, 0, file | 0755}}, "/home/u belongs to user 1000"},
             {{{"/opt", 0, 50, dir | 0775}}, "/opt is writable by group 50"},
             {{{"/opt", 0, 0, dir | 0775}}, nullptr},
             {{{"/bin", 0, 0, link | 0777}}, nullptr},
         })
        EXPECT_EQ(insecure_part(c.parts).value_or(""), c.said == nullptr ? "" : c.said);
}

}  // namespace
}  // namespace drover::runner
