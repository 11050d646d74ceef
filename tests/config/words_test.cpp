// How lines are cut into words, and what is made of variables, conditions, sequences and includes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/script.h"
#include "config/suggestion.h"
#include "fixture.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

model::Instance first_instance(Loaded const& loaded) {
    EXPECT_FALSE(loaded.configuration.instances.empty());
    return loaded.configuration.instances.empty() ? model::Instance{} : loaded.configuration.instances[0];
}

std::string password_of(std::string_view line) {
    return first_instance(load_text(instance(" authentication {\n auth_type PASS\n " + std::string(line) + "\n }\n")))
        .authentication.password;
}

TEST(Lexer, CutsWordsAsKeepalivedDoes) {
    for (auto const& [line, password] :
         std::initializer_list<std::pair<char const*, char const*>>{{"auth_pass abc", "abc"},
                                                                    {"auth_pass\tabc # comment", "abc"},
                                                                    {"auth_pass a!b", "a"},
                                                                    {"auth_pass a\\!b", "a!b"},
                                                                    {"auth_pass \"a # b\"", "a # b"},
                                                                    {"auth_pass a\\#b", "a#b"},
                                                                    {"auth_pass \"abc\"", "abc"},
                                                                    {"auth_pass abcdefghij", "abcdefgh"}})
        EXPECT_EQ(password_of(line), password) << line;
}

TEST(Lexer, WarnsOfACommentThatCutsAPassword) {
    auto const loaded = load_text(instance(" authentication {\n auth_type PASS\n auth_pass a!b\n }\n"));
    ASSERT_NE(find(loaded, "comment-in-word"), nullptr);
    EXPECT_EQ(find(loaded, "comment-in-word")->position, (Position{"/etc/test.conf", 9, 12, 2}));
    EXPECT_EQ(loaded.exit_code, clean) << "keepalived is silent";
}

TEST(Lexer, TakesBlocksOnOneLineGluedAndOnTheNext) {
    for (auto const* text :
         {"vrrp_instance V { interface eth0\n virtual_router_id 5\n virtual_ipaddress { 10.0.0.1 } }\n",
          "vrrp_instance V{\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress{\n10.0.0.1\n}}",
          "vrrp_instance V\n\n{\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress\n{\n10.0.0.1\n}\n}\n",
          "vrrp_instance V {\r\n interface eth0\r\n virtual_router_id 5\r\n virtual_ipaddress "
          "{\r\n10.0.0.1\r\n}\r\n}\r\n"}) {
        auto const loaded = load_text(text);
        EXPECT_THAT(places(loaded), IsEmpty()) << text;
        EXPECT_EQ(first_instance(loaded).addresses.size(), 1u) << text;
    }
}

TEST(Lexer, TakesNoBreakSpacesForBlanksInUtf8Only) {
    auto const utf8 = load_text("vrrp_instance\xc2\xa0V\xc2\xa0{\n}\n");
    EXPECT_EQ(count(utf8, "no-break-space"), 1u);
    auto const gbk = load_text("# \xd6\xf7\nvrrp_instance\xc2\xa0V {\n}\n");
    EXPECT_EQ(count(gbk, "no-break-space"), 0u);
    EXPECT_EQ(count(gbk, "unknown-keyword"), 1u);
}

TEST(Lexer, SkipsAByteOrderMark) {
    auto const loaded = load_text("\xef\xbb\xbf" + instance());
    EXPECT_THAT(places(loaded), ElementsAre("1:1 byte-order-mark"));
    EXPECT_EQ(loaded.configuration.instances.size(), 1u);
}

TEST(Lexer, EndsALineAtANulByteAndSaysSoOnce) {
    auto const loaded = load_text(instance(std::string(" priority 50\0 100\n nopreempt\0\n", 31)));
    EXPECT_EQ(count(loaded, "nul-byte"), 1u);
    EXPECT_EQ(first_instance(loaded).priority, 50);
}

TEST(Lexer, NamesAQuoteThatIsNotClosed) {
    EXPECT_THAT(places(load_text(instance("    notify \"/bin/true\n", ""))),
                testing::Contains("7:12 unterminated-quote"));
}

TEST(Variables, AreReplacedLateAndInsideEachOther) {
    auto const loaded = load_text("$A=${B}5\n$B=1\n" + instance(" priority $A\n"));
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_EQ(first_instance(loaded).priority, 15);
}

TEST(Variables, OfSeveralLinesAreReadLineByLine) {
    auto const loaded = load_text(
        "$BODY= \\\n interface eth0 \\\n virtual_router_id $ID \\\n virtual_ipaddress { \\\n 10.0.0.${ID} # mine \\\n "
        "}\n$ID=7\nvrrp_instance V {\n $BODY\n}\n");
    EXPECT_THAT(places(loaded), IsEmpty());
    EXPECT_EQ(first_instance(loaded).addresses.at(0).prefix.address.text(), "10.0.0.7");
}

TEST(Variables, PlacesAreThoseInTheFile) {
    auto const loaded = load_text("$P=9999999999999999999\n$BODY= \\\n   bogus 1 \\\n   nopreempt\n" +
                                  instance(" priority $P\n $BODY\n"));
    EXPECT_THAT(places(loaded), ElementsAre("3:4 unknown-keyword", "11:11 bad-number"));
}

TEST(Variables, ThatAreUnknownStayInTheText) {
    auto const loaded = load_text(instance(" priority $NOPE\n notify \"/x/${NOPE} a\"\n"));
    EXPECT_THAT(find(loaded, "bad-number")->message, HasSubstr("`$NOPE`"));
    EXPECT_THAT(first_instance(loaded).notify.any.argv, ElementsAre("/x/${NOPE}", "a"));
}

TEST(Variables, KnowWhatEveryFileHas) {
    auto const loaded =
        load_text(instance(" notify \"${_PWD}/n.sh ${_ENV SITE} a${_HASH}b\"\n authentication {\n auth_type PASS\n "
                           "auth_pass x${_BANG}y\n }\n"));
    EXPECT_THAT(first_instance(loaded).notify.any.argv, ElementsAre("/etc/n.sh", "shanghai", "a#b"));
    EXPECT_EQ(first_instance(loaded).authentication.password, "x!y");
}

TEST(Variables, ThatReferToThemselvesEnd) {
    EXPECT_FALSE(load_text("$A=x$A\n$B= \\\n a \\\n $B\n$A\n$B\n").diagnostics.empty());
}

TEST(Conditions, KeepALineForOneHost) {
    FakeHost host;
    host.id = "low";
    for (auto const& [id, priority] : std::initializer_list<std::pair<char const*, int>>{{"low", 10}, {"high", 20}}) {
        host.id = id;
        EXPECT_EQ(first_instance(load_text(instance("@low priority 10\n  @high\tpriority 20\n@^low nopreempt\n"), host))
                      .priority,
                  priority);
        EXPECT_EQ(first_instance(load_text(instance("@^low nopreempt\n"), host)).preempt, host.id == "low");
    }
}

TEST(Sequences, ReadALineForEveryValue) {
    auto const addresses = [](std::string_view line) {
        std::vector<std::string> all;
        for (auto const& a :
             first_instance(
                 load_text("vrrp_instance V {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n" +
                           std::string(line) + "\n }\n}\n"))
                 .addresses)
            all.push_back(a.prefix.address.text().substr(7));
        return all;
    };
    EXPECT_THAT(addresses("~SEQ(N, 1, 3) 10.0.0.$N"), ElementsAre("1", "2", "3"));
    EXPECT_THAT(addresses("~SEQ(N, 2) 10.0.0.$N"), ElementsAre("1", "2"));
    EXPECT_THAT(addresses("~SEQ(N, 10, 5, 20) 10.0.0.$N"), ElementsAre("10", "15", "20"));
    EXPECT_THAT(addresses("~SEQ(N, 3, 1) 10.0.0.$N"), ElementsAre("3", "2", "1"));
    EXPECT_THAT(addresses("~LST(N, 4, 9) 10.0.0.$N"), ElementsAre("4", "9"));
    EXPECT_THAT(addresses("~LST({M, N}, {1, 2}, {3, 4}) 10.0.0.$M$N"), ElementsAre("12", "34"));
}

TEST(Sequences, ThatAreWrongAreNamed) {
    EXPECT_THAT(places(load_text("~SEQ(N,1 x\n" + instance())), ElementsAre("1:1 bad-sequence"));
}

TEST(Includes, ReadFilesWhereTheyStand) {
    FakeFiles files;
    files.files["/etc/a.conf"] = "vrrp_instance V {\n include part.conf\n include conf.d/*\n}\n";
    files.files["/etc/part.conf"] = "interface eth0\nvirtual_router_id 5\n";
    files.files["/etc/conf.d/1"] = "virtual_ipaddress {\n 10.0.0.1\n}\nbogus\n";
    auto const loaded = load("/etc/a.conf", files, FakeHost{});
    ASSERT_EQ(loaded.diagnostics.size(), 1u);
    EXPECT_EQ(loaded.diagnostics[0].position, (Position{"/etc/conf.d/1", 4, 1, 5}));
    EXPECT_EQ(loaded.diagnostics[0].source, "bogus");
    EXPECT_EQ(first_instance(loaded).addresses.at(0).origin.text(), "/etc/conf.d/1:2:2");
}

TEST(Includes, OfNothingAreNamedAndCountOnlyWhenRequired) {
    EXPECT_EQ(load_text("include /nope/*.conf\n" + instance()).exit_code, clean);
    EXPECT_EQ(load_text("includem /nope/a.conf\n" + instance()).exit_code, insecure_scripts);
    EXPECT_EQ(load_text("include\n").exit_code, missing_argument);
    EXPECT_EQ(count(load_text("include /nope/*.conf\n"), "nothing-included"), 1u);
}

TEST(Includes, ThatGoRoundEnd) {
    FakeFiles files;
    files.files["/a"] = "include /b\n";
    files.files["/b"] = "include /a\ninclude /b\n";
    EXPECT_EQ(count(load("/a", files, FakeHost{}), "include-loop"), 2u);
}

TEST(Load, AFileThatCannotBeReadIsNoEmptyFile) {
    FakeFiles files;
    auto const loaded = load("/nope", files, FakeHost{});
    EXPECT_EQ(loaded.exit_code, cannot_run);
    EXPECT_FALSE(loaded.usable());
    EXPECT_EQ(render_text(loaded.diagnostics, false), "/nope: error: cannot read /nope: No such file or directory\n");
    EXPECT_EQ(load_text("").exit_code, clean);
}

TEST(Script, WordsAreCutLikeAShellDoes) {
    EXPECT_THAT(script_words(R"(a 'b c' "d e"f \x41\tg "h\"i")"), ElementsAre("a", "b c", "d ef", "A\tg", "h\"i"));
    EXPECT_THAT(script_words("'' \"unclosed x"), ElementsAre("", "unclosed x"));
}

TEST(Script, HasArgumentsInQuotesAndAUserBehind) {
    auto const loaded =
        load_text(instance(" notify_master \"/bin/echo 'a b' c\" root wheel\n notify_backup /bin/true nobody-here\n"));
    auto const& notify = first_instance(loaded).notify;
    EXPECT_THAT(notify.master.argv, ElementsAre("/bin/echo", "a b", "c"));
    EXPECT_EQ(notify.master.user, "root");
    EXPECT_EQ(notify.master.group, "wheel");
    EXPECT_TRUE(notify.backup.empty());
    EXPECT_EQ(count(loaded, "no-such-user"), 1u);
}

TEST(Script, OfSeveralTheFirstCounts) {
    auto const loaded = load_text(instance(" notify_master /no/a\n notify_master /no/b\n"));
    EXPECT_THAT(first_instance(loaded).notify.master.argv, ElementsAre("/no/a"));
    EXPECT_EQ(loaded.exit_code, corrected);
}

TEST(Script, OfADeletionMayBeLeftOut) {
    auto const none = load_text(instance());
    EXPECT_FALSE(first_instance(none).notify.deletion);
    auto const bare = load_text(instance(" notify_deleted\n"));
    EXPECT_TRUE(first_instance(bare).notify.deletion);
    EXPECT_TRUE(first_instance(bare).notify.deleted.empty());
    auto const whole = load_text(instance(" notify_deleted /no/d\n notify_master_rx_lower_pri \"/no/l x\"\n"));
    EXPECT_TRUE(first_instance(whole).notify.deletion);
    EXPECT_THAT(first_instance(whole).notify.deleted.argv, ElementsAre("/no/d"));
    EXPECT_THAT(first_instance(whole).notify.heard_lower.argv, ElementsAre("/no/l", "x"));
}

TEST(PriorityChanges, AreToldByTheInstanceThenItsGroupThenGlobalDefs) {
    struct Case {
        std::string global, group, own;
        bool told;
    };
    for (auto const& c : {Case{"", "", "", false}, Case{"vrrp_notify_priority_changes", "", "", true},
                          Case{"", "notify_priority_changes on", "", true},
                          Case{"vrrp_notify_priority_changes on", "notify_priority_changes off", "", false},
                          Case{"", "notify_priority_changes off", "notify_priority_changes", true},
                          Case{"", "notify_priority_changes", "notify_priority_changes off", false}}) {
        auto const loaded = load_text(instance(" " + c.own + "\n", "global_defs {\n " + c.global + "\n}\n") +
                                      "vrrp_sync_group G {\n group {\n VI_1\n }\n " + c.group + "\n}\n");
        EXPECT_EQ(first_instance(loaded).notify.priority_changes, c.told) << c.global << ", " << c.group << ", " << c.own;
    }
}

TEST(Script, WithoutSecurityIsNamedOnceAndMakesSix) {
    FakeHost host;
    host.scripts = {{"/bin/a", ScriptState::fine}, {"/bin/b", ScriptState::fine}, {"/bin/c", ScriptState::changeable}};
    auto const lines = instance(" notify_master /bin/a\n notify_backup /bin/b\n");
    EXPECT_EQ(load_text(lines, host).exit_code, insecure_scripts);
    EXPECT_EQ(count(load_text(lines, host), "script-security"), 1u);
    EXPECT_EQ(load_text("global_defs {\n enable_script_security\n}\n" + lines, host).exit_code, clean);
    EXPECT_EQ(load_text("global_defs {\n enable_script_security\n}\n" + instance(" notify /bin/c\n"), host).exit_code,
              insecure_scripts);
}

TEST(Suggestion, FindsTheNearWord) {
    constexpr std::string_view words[] = {"auth_pass", "auth_type", "global_defs", "lb_kind", "retry"};
    for (auto const& [typed, meant] :
         std::initializer_list<std::pair<char const*, char const*>>{{"autp_pass", "auth_pass"},
                                                                    {"auht_pass", "auth_pass"},
                                                                    {"AUTH_PASS", "auth_pass"},
                                                                    {"lb-kind", "lb_kind"},
                                                                    {"bal_defs", "global_defs"},
                                                                    {"rtery", "retry"},
                                                                    {"something", ""},
                                                                    {"", ""},
                                                                    {"x", ""}})
        EXPECT_EQ(nearest(typed, words), meant) << typed;
    EXPECT_EQ(edit_distance("abcd", "abdc"), 1u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
}

}  // namespace
}  // namespace drover::config
