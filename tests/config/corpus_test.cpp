// Files that people wrote, against what keepalived 2.2.7 says to them (../shared/corpus/keepalived).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <sstream>

#include "fixture.h"

namespace drover::config {
namespace {

std::string const corpus = shared + "corpus/keepalived/";

struct Expected {
    std::string file;
    int exit_code = 0;
    std::set<std::string> interfaces;
};

std::vector<std::string> split(std::string const& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
    return parts;
}

std::vector<Expected> expectations() {
    std::vector<Expected> all;
    for (auto const& line : split(contents(corpus + "expected.tsv"), '\n')) {
        auto const fields = split(line, '\t');
        if (fields[0] == "file") continue;
        Expected expected{fields[0], std::stoi(fields[1]), {"lo"}};
        for (auto const& name : split(fields[6], ',')) expected.interfaces.insert(name);
        all.push_back(expected);
    }
    return all;
}

/// The host on which the corpus was recorded.
FakeHost recording_host(std::set<std::string> interfaces) {
    FakeHost host;
    host.names = std::move(interfaces);
    for (auto const* program : {"/usr/sbin/ip", "killall", "/usr/bin/killall", "/usr/bin/curl", "/bin/echo"})
        host.scripts[program] = ScriptState::fine;
    return host;
}

Loaded load_corpus(Expected const& expected) {
    FakeFiles files;
    files.files["/" + expected.file] = contents(corpus + expected.file);
    return load("/" + expected.file, files, recording_host(expected.interfaces));
}

// No file deviates: whoever adds one that shall, adds a table of deviations with a reason each.
TEST(Corpus, GetsTheExitCodesOfKeepalived) {
    auto const all = expectations();
    ASSERT_EQ(all.size(), 52u);
    for (auto const& expected : all) {
        auto const loaded = load_corpus(expected);
        EXPECT_EQ(loaded.exit_code, expected.exit_code) << expected.file << "\n"
                                                        << render_text(loaded.diagnostics, false);
    }
}

TEST(Corpus, IsNeverSilentWhereKeepalivedComplains) {
    for (auto const& expected : expectations()) {
        if (expected.exit_code == 0) continue;
        auto const loaded = load_corpus(expected);
        EXPECT_TRUE(std::ranges::any_of(loaded.diagnostics, [](Diagnostic const& d) {
            return d.severity != Severity::note;
        })) << expected.file;
    }
}

TEST(Corpus, SaysNothingTwice) {
    for (auto const& expected : expectations()) {
        auto const loaded = load_corpus(expected);
        std::set<std::tuple<int, int, std::string, std::string>> seen;
        for (auto const& d : loaded.diagnostics)
            EXPECT_TRUE(seen.emplace(d.position.line, d.position.column, d.code, d.message).second)
                << expected.file << "\n"
                << render_text(d, false);
    }
}

TEST(Corpus, DoesNotCascade) {
    for (auto const& [file, most] :
         std::initializer_list<std::pair<char const*, std::size_t>>{{"group-block-around-virtual_server.conf", 22},
                                                                    {"brace-closed-too-early.conf", 4},
                                                                    {"missing-space-after-virtual_server.conf", 8},
                                                                    {"wrong-block-keyword-vrrp_server.conf", 14},
                                                                    {"many-checkers-misspelt.conf", 16},
                                                                    {"first-line-truncated.conf", 12}}) {
        auto const loaded = load_corpus({file, 0, {"lo", "eth0", "eth1", "em1", "em2", "ens32", "ens192"}});
        EXPECT_LE(loaded.diagnostics.size(), most) << file << "\n" << render_text(loaded.diagnostics, false);
    }
}

TEST(Corpus, KnowsWhatWasMeant) {
    struct Case {
        char const* file;
        int line;
        char const* meant;
    };
    for (auto const& c :
         {Case{"misspelt-auth-and-smtp.conf", 75, "auth_pass"},
          Case{"misspelt-auth-and-smtp.conf", 15, "smtp_connect_timeout"},
          Case{"misspelt-vvrp_script.conf", 13, "vrrp_script"}, Case{"lb-kind-with-hyphen.conf", 35, "lb_kind"},
          Case{"missing-space-after-virtual_server.conf", 62, "virtual_server 192.168.0.100"},
          Case{"many-checkers-misspelt.conf", 55, "SMTP_CHECK"},
          Case{"wrong-block-keyword-vrrp_server.conf", 40, "virtual_server"},
          Case{"first-line-truncated.conf", 1, "global_defs"},
          Case{"comment-glued-to-number-chinese.conf", 91, "connect_port"}}) {
        auto const loaded = load_corpus({c.file, 0, {}});
        EXPECT_TRUE(std::ranges::any_of(
            loaded.diagnostics,
            [&](Diagnostic const& d) { return d.position.line == c.line && d.suggestion == c.meant; }))
            << c.file << "\n"
            << render_text(loaded.diagnostics, false);
    }
}

/// Every place lies inside its file.
void expect_sound(Loaded const& loaded, std::string const& text, std::string const& what) {
    auto const lines = 1 + std::ranges::count(text, '\n');
    for (auto const& d : loaded.diagnostics) {
        EXPECT_LE(d.position.line, lines) << what << d.message;
        EXPECT_GE(d.position.line, 0) << what << d.message;
        if (d.position.line == 0) continue;
        EXPECT_GE(d.position.column, 1) << what << d.message;
        EXPECT_LE(static_cast<std::size_t>(d.position.column + d.position.length), d.source.size() + 2)
            << what << d.message;
        EXPECT_FALSE(render_text(d, true).empty());
    }
}

TEST(Corpus, SurvivesMutations) {
    std::minstd_rand random(20261124);
    constexpr int mutations_a_file = 500;
    std::string const letters = "{}\"!#$@~\\\n\r\t ()=,/0129a\xc2\xa0\xff";
    for (auto const& expected : expectations()) {
        auto const original = contents(corpus + expected.file);
        auto const host = recording_host(expected.interfaces);
        for (int i = 0; i < mutations_a_file; ++i) {
            auto text = original;
            for (unsigned edits = 1 + random() % 6; edits > 0 && !text.empty(); --edits) {
                auto const at = random() % text.size();
                auto const letter = letters[random() % letters.size()];
                switch (random() % 4) {
                    case 0:
                        text[at] = letter;
                        break;
                    case 1:
                        text.insert(at, 1, letter);
                        break;
                    case 2:
                        text.erase(at, 1 + random() % 40);
                        break;
                    default:
                        text.insert(at, text.substr(random() % text.size(), random() % 80));
                }
            }
            FakeFiles files;
            files.files["/f"] = text;
            expect_sound(load("/f", files, host, Limits{100'000, 4'000'000, 32}), text, expected.file);
            if (testing::Test::HasFailure()) return;
        }
    }
}

TEST(Corpus, SurvivesTruncationAtEveryByte) {
    for (auto const* file : {"nbsp-indentation.conf", "seq-blocks-dr-quorum.conf", "gbk-encoded-comments.conf",
                             "vsg-tun-ipv6-vars.conf"}) {
        auto const original = contents(corpus + file);
        for (std::size_t length = 0; length <= original.size(); ++length) {
            auto const text = original.substr(0, length);
            expect_sound(load_text(text), text, file);
            if (testing::Test::HasFailure()) return;
        }
    }
}

TEST(Corpus, DoesNotNameTheFileOfALongCommentTwice) {
    auto const loaded = load_text("# " + std::string(5000, 'x') + "\n# " + std::string(5000, 'y') + "\n" + instance());
    EXPECT_THAT(places(loaded), testing::ElementsAre("1:1024 long-line"));
    EXPECT_EQ(loaded.exit_code, clean);
}

TEST(Size, SixteenThousandServicesLoadInNoTime) {
    std::string text;
    for (int i = 0; i < 16'000; ++i) {
        auto const base = "10." + std::to_string(i >> 8) + "." + std::to_string(i & 255) + ".";
        text += "virtual_server " + base + "1 80 {\n  lb_algo rr\n  lb_kind DR\n  protocol TCP\n";
        for (int server : {2, 3})
            text += "  real_server " + base + std::to_string(server) +
                    " 80 {\n    weight 1\n    TCP_CHECK {\n      connect_timeout 3\n    }\n  }\n";
        text += "}\n";
    }
    auto const loaded = load_text(text);
    EXPECT_EQ(loaded.configuration.services.size(), 16'000u);
    EXPECT_TRUE(loaded.diagnostics.empty());
}

TEST(Size, AVariableThatExplodesIsRefused) {
    std::string text;
    for (char c = 'A'; c < 'Z'; ++c)
        text += std::string("$") + c + "=" + std::string("$") + char(c + 1) + std::string("$") + char(c + 1) +
                std::string("$") + char(c + 1) + "\n";
    auto const loaded = load_text(text + "$Z=xxxxxxxxxxxxxxxx\n$A\n", {}, Limits{1000, 1'000'000, 32});
    EXPECT_EQ(loaded.exit_code, cannot_run);
}

TEST(Size, AnEndlessSequenceIsRefused) {
    EXPECT_EQ(load_text("~SEQ(N, 1, 9223372036854775807)\n", {}, Limits{10'000, 1'000'000, 32}).exit_code, cannot_run);
}

}  // namespace
}  // namespace drover::config
