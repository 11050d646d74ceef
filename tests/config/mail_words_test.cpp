// Words about mail: who is told, by which server, and about what.
#include <gtest/gtest.h>

#include "fixture.h"

namespace drover::config {
namespace {

model::MailSettings mail(std::string const& words) {
    return load_text("global_defs {\n" + words + "}\n").configuration.global.mail;
}

bool alerts(std::string const& globals, std::string_view in_instance = {}) {
    auto const loaded = load_text(instance(in_instance, "global_defs {\n" + globals + "}\n"));
    return loaded.configuration.instances.at(0).smtp_alert;
}

TEST(MailWords, NameServerSenderAndRecipients) {
    auto const read = mail(
        "notification_email {\n a@example.com\n b@example.com\n}\nnotification_email_from c@example.com\n"
        "smtp_server mail.example.com 2525\nsmtp_helo_name d.example.com\nsmtp_connect_timeout 5\nno_email_faults\n");
    EXPECT_EQ(read.to, (std::vector<std::string>{"a@example.com", "b@example.com"}));
    EXPECT_EQ(read.from, "c@example.com");
    EXPECT_EQ(read.server, "mail.example.com");
    EXPECT_EQ(read.port, 2525);
    EXPECT_EQ(read.helo_name, "d.example.com");
    EXPECT_EQ(read.connect_timeout, Duration(5s));
    EXPECT_FALSE(read.faults);
}

TEST(MailWords, HaveKeepalivedsDefaults) {
    auto const read = mail("smtp_server 10.0.0.9\n");
    EXPECT_EQ(read.port, 25);
    EXPECT_EQ(read.connect_timeout, Duration(30s));
    EXPECT_TRUE(read.faults);
    EXPECT_FALSE(alerts(""));
}

TEST(MailWords, ForAllInstancesHoldForThoseThatDoNotSayThemselves) {
    EXPECT_TRUE(alerts("smtp_alert\n"));
    EXPECT_FALSE(alerts("smtp_alert\nsmtp_alert_vrrp off\n")) << "the nearer word";
    EXPECT_TRUE(alerts("smtp_alert off\nsmtp_alert_vrrp\n"));
    EXPECT_FALSE(alerts("smtp_alert\n", " smtp_alert off\n"));
    EXPECT_TRUE(alerts("", " smtp_alert\n"));
}

TEST(MailWords, OfGroupsFollowTheSameRule) {
    auto const group = [](std::string const& globals, std::string const& more) {
        auto const loaded = load_text(instance({}, "global_defs {\n" + globals + "}\n") +
                                      "vrrp_sync_group G {\n group {\n VI_1\n }\n" + more + "}\n");
        return loaded.configuration.sync_groups.at(0).smtp_alert;
    };
    EXPECT_TRUE(group("smtp_alert\n", ""));
    EXPECT_FALSE(group("smtp_alert\n", "smtp_alert off\n"));
    EXPECT_FALSE(group("", ""));
}

TEST(MailWords, OfServersAreOnAndOfServicesOffUnlessSaid) {
    using Alerts = std::pair<bool, bool>;
    auto const of = [](std::string const& globals, std::string const& in_service, std::string const& in_server) {
        auto const loaded = load_text("global_defs {\n" + globals +
                                      "}\nvirtual_server 10.0.0.1 80 {\n lb_algo rr\n lb_kind DR\n protocol TCP\n" + in_service +
                                      " real_server 10.0.0.2 80 {\n" + in_server + " }\n}\n");
        auto const& service = loaded.configuration.services.at(0);
        return Alerts{service.smtp_alert, service.servers.at(0).smtp_alert};
    };
    EXPECT_EQ(of("", "", ""), (Alerts{false, true}));
    EXPECT_EQ(of("smtp_alert\n", "", ""), (Alerts{true, true}));
    EXPECT_EQ(of("smtp_alert off\n", "", ""), (Alerts{false, false}));
    EXPECT_EQ(of("smtp_alert off\nsmtp_alert_checker\n", "", ""), (Alerts{true, true})) << "the nearer word";
    EXPECT_EQ(of("smtp_alert_checker\n", "", " smtp_alert off\n"), (Alerts{true, false}));
    EXPECT_EQ(of("", " smtp_alert off\n", ""), (Alerts{false, true})) << "a service does not speak for its servers";
    EXPECT_FALSE(mail("no_checker_emails\n").each_check);
}

TEST(MailWords, WithAWrongPortAreSaid) {
    auto const loaded = load_text("global_defs {\n smtp_server 10.0.0.9 mail\n}\n");
    ASSERT_NE(find(loaded, "bad-port"), nullptr);
    EXPECT_EQ(loaded.configuration.global.mail.port, 25);
}

TEST(DumpFileWords, NameTheFilesAndTheShape) {
    auto const files = load_text("global_defs {\n json_version 2\n state_dump_file /run/a\n stats_dump_file b\n json_dump_file c\n}\n")
                           .configuration.global.dump_files;
    EXPECT_EQ(files.json_version, 2);
    EXPECT_EQ(files.state, "/run/a");
    EXPECT_EQ(files.stats, "b");
    EXPECT_EQ(files.json, "c");
}

TEST(GarpWords, OfAnInstanceLeaveTheAnswerToLowerPrioritiesAsItIsForAll) {
    auto const loaded = load_text(instance(" garp_master_delay 1\n garp_master_repeat 2\n", "global_defs {\n vrrp_garp_master_delay 7\n}\n"));
    auto const& garp = loaded.configuration.instances.at(0).garp;
    EXPECT_EQ(garp.lower_delay, Duration(7s)) << "keepalived 2.2.7's";
    EXPECT_EQ(garp.lower_repeat, 5);
}

}  // namespace
}  // namespace drover::config
