#include "control/ipvsadm_session.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "control/ipvsadm_listing.h"

namespace drover::control::ipvsadm {
namespace {

/// Refuses what it is told to, and notes what it is asked.
class NotingDirector final : public Director {
public:
    std::vector<std::string> asked;
    std::optional<std::size_t> refused;  ///< the number of the edit, from 0 over all
    std::optional<Error> gone;

    Result<std::string> list(Listing const& listing, Names const&) override {
        asked.push_back("list");
        if (gone) return std::unexpected(*gone);
        if (listing.service) return fail("No such service", kNoSuchService);
        return "a listing\n";
    }
    Result<std::string> save(Save const&, Names const&) override {
        asked.push_back("save");
        if (gone) return std::unexpected(*gone);
        return "rules\n";
    }
    Result<std::vector<model::EditOutcome>> apply(std::span<model::Edit const> edits) override {
        asked.push_back("apply " + std::to_string(edits.size()));
        if (gone) return std::unexpected(*gone);
        std::vector<model::EditOutcome> outcomes(edits.size());
        for (auto& outcome : outcomes)
            if (refused == seen_++) outcome = {"Service already exists", EEXIST};
        return outcomes;
    }
    Result<void> list_connections(Listing const&, Names const&) override {
        asked.push_back("connections");
        return {};
    }
    Result<void> list_as_json() override {
        asked.push_back("json");
        return {};
    }

private:
    std::size_t seen_ = 0;
};

class IpvsadmSession : public testing::Test {
protected:
    /// `input` comes in these pieces.
    Result<int> call(std::vector<std::string> const& words, std::deque<std::string> input = {}) {
        Terminal const terminal{.print = [this](std::string_view text) { said += text; },
                                .complain = [this](std::string_view text) { said += "! " + std::string(text); },
                                .read =
                                    [&input] {
                                        if (input.empty()) return std::string();
                                        auto piece = input.front();
                                        input.pop_front();
                                        return piece;
                                    }};
        return run(words, director, terminal, NumbersOnly());
    }

    NotingDirector director;
    std::string said;
};

TEST_F(IpvsadmSession, CarriesOutOneCommand) {
    EXPECT_EQ(call({"-A", "-t", "10.0.0.1:80"}), 0);
    EXPECT_EQ(director.asked, std::vector<std::string>{"apply 1"});
    director.refused = 1;
    EXPECT_EQ(call({"-A", "-t", "10.0.0.1:80"}), 255);
    EXPECT_EQ(said, "! Service already exists\n");
}

TEST_F(IpvsadmSession, EndsWithOneWhenTheServiceIsNotThere) {
    EXPECT_EQ(call({"-L", "-t", "10.0.0.1:80"}), 1);
    EXPECT_EQ(call({"-R"}, {"-L -t 10.0.0.1:80\n-A -t 10.0.0.1:80\n"}), 1);
    EXPECT_EQ(director.asked, (std::vector<std::string>{"list", "list"}));
    EXPECT_EQ(said, "! No such service\n! No such service\n");
}

TEST_F(IpvsadmSession, AsksNobodyWhenTheWordsAreWrong) {
    EXPECT_EQ(call({"-A", "-t", "10.0.0.1"}), 2);
    EXPECT_EQ(call({"-v"}), 0);
    EXPECT_EQ(call({"-h"}), 0);
    EXPECT_TRUE(director.asked.empty());
}

TEST_F(IpvsadmSession, RestoresManyLinesInOneGo) {
    std::string rules;
    for (int i = 1; i <= 100; ++i) rules += "-A -t 10.0.0.1:" + std::to_string(i) + "\n";
    EXPECT_EQ(call({"-R"}, {rules}), 0);
    EXPECT_EQ(director.asked, std::vector<std::string>{"apply 100"});
}

TEST_F(IpvsadmSession, RestoresWhatItHasWhenNoMoreIsAtHand) {
    EXPECT_EQ(call({"-R"}, {"-A -t 10.0.0.1:80\n-A -t 10.0", ".0.2:80\n", "-C"}), 0);
    EXPECT_EQ(director.asked, (std::vector<std::string>{"apply 1", "apply 1", "apply 1"}));
}

TEST_F(IpvsadmSession, RestoresInOrderWithWhatIsPrintedInBetween) {
    director.refused = 1;
    EXPECT_EQ(call({"-R"}, {"-A -t 10.0.0.1:80\n-A -t 10.0.0.1:80\n-L --timeout\n-A -t 10.0.0.3:80\n"}), 0)
        << "the last line counts";
    EXPECT_EQ(director.asked, (std::vector<std::string>{"apply 2", "list", "apply 1"}));
    EXPECT_EQ(said, "! Service already exists\na listing\n");
}

TEST_F(IpvsadmSession, CarriesOutWhatStoodBeforeAMistake) {
    EXPECT_EQ(call({"-R"}, {"-A -t 10.0.0.1:80\n-A -t 10.0.0.1\n-A -t 10.0.0.3:80\n"}), 2);
    EXPECT_EQ(director.asked, std::vector<std::string>{"apply 1"});
    EXPECT_EQ(said, "! Zero port specified for non-persistent service\n");
}

TEST_F(IpvsadmSession, LeavesOutCommentsOfWhatItRestores) {
    EXPECT_EQ(call({"-R"}, {"# saved by hand\n-A -t 10.0.0.1:80 # the web\n   #-C\n-A -t 10.0.0.2:80#\n"}), 2)
        << "a # in the midst of a word is part of it";
    EXPECT_EQ(director.asked, std::vector<std::string>{"apply 1"});
}

TEST_F(IpvsadmSession, HandsOnThatTheDirectorCannotBeAsked) {
    director.gone = Error{"nobody listens"};
    for (auto const& words : std::vector<std::vector<std::string>>{{"-C"}, {"-L"}, {"-S"}, {"-R"}}) {
        auto const code = call(words, {"-C\n"});
        ASSERT_FALSE(code);
        EXPECT_EQ(code.error().message, "nobody listens");
    }
}

}  // namespace
}  // namespace drover::control::ipvsadm
