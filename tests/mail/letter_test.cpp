// The mails that keepalived 2.2.7 sent to a listener, word for word.
#include "mail/letter.h"

#include <gtest/gtest.h>

namespace drover::mail {
namespace {

using model::VrrpState;

TEST(Letter, AnInstanceSaysWhatItHasBecomeAndWhetherItOwnsTheAddresses) {
    EXPECT_EQ(letter_about(false, "VI_1", VrrpState::master),
              (Letter{"VRRP Instance VI_1 - Entering MASTER state", "=> VRRP Instance is now owning VRRP VIPs <="}));
    EXPECT_EQ(letter_about(false, "VI_1", VrrpState::fault),
              (Letter{"VRRP Instance VI_1 - Entering FAULT state", "=> VRRP Instance is no longer owning VRRP VIPs <="}));
}

TEST(Letter, AGroupSpeaksForAllOfItsInstances) {
    EXPECT_EQ(letter_about(true, "G", VrrpState::backup),
              (Letter{"VRRP Group G - Entering BACKUP state", "=> All VRRP group instances are now in BACKUP state <="}));
}

TEST(Letter, AServersCheckSaysWhatItFoundAndWhatBecameOfTheServer) {
    ServiceKey const service{{*Address::parse("10.9.0.100"), 80}, Protocol::tcp};
    Endpoint const server{*Address::parse("10.9.0.11"), 80};
    std::string const name = "Realserver [10.9.0.11]:tcp:80 of virtual server [10.9.0.100]:tcp:80 - ";
    EXPECT_EQ(letter_about_server(server, service, false, false, false),
              (Letter{name + "DOWN", "=> TCP CHECK failed on service <="}));
    EXPECT_EQ(letter_about_server(server, service, true, false, true),
              (Letter{name + "UP", "=> TCP CHECK succeed on service <="}));
    EXPECT_EQ(letter_about_server(server, service, false, true, false),
              (Letter{name + "DOWN", "=> CHECK failed on service : HTTP request failed <="}));
    EXPECT_EQ(letter_about_server(server, service, false, true, true), (Letter{name + "DOWN", "=> CHECK succeed on service <="}));
}

TEST(Letter, AServiceTellsItsQuorum) {
    ServiceKey const service{{*Address::parse("10.9.0.100"), 80}, Protocol::tcp};
    EXPECT_EQ(letter_about_service(service, {.weight = 2}, true, 2),
              (Letter{"Virtualserver [10.9.0.100]:tcp:80 - UP", "=> Gained quorum 2+0=2 <= 2 <="}));
    EXPECT_EQ(letter_about_service(service, {}, false, 0),
              (Letter{"Virtualserver [10.9.0.100]:tcp:80 - DOWN", "=> Lost quorum 1+0=1 <= 0 <="}));
}

model::MailSettings settings() {
    model::MailSettings settings;
    settings.to = {"admin@example.com", "ops@example.com"};
    settings.from = "ka@example.com";
    return settings;
}

TEST(Letter, GoesOverTheWireAsKeepalivedsDoesButForTheNameOfTheProgram) {
    EXPECT_EQ(message(letter_about(false, "VI_2", VrrpState::master), settings(),
                      {"vm", "director1", "Fri, 27 Nov 2026 02:50:17 +0000"}),
              "Date: Fri, 27 Nov 2026 02:50:17 +0000\r\n"
              "From: ka@example.com\r\n"
              "Subject: [director1] VRRP Instance VI_2 - Entering MASTER state\r\n"
              "X-Mailer: drover\r\n"
              "To: admin@example.com, ops@example.com\r\n"
              "\r\n"
              "=> VRRP Instance is now owning VRRP VIPs <=\r\n");
}

TEST(Letter, WithoutASenderItComesFromRootAtThisHost) {
    EXPECT_EQ(from_address({}, "vm"), "root@vm");
    EXPECT_EQ(from_address(settings(), "vm"), "ka@example.com");
}

TEST(Letter, NoNameOfTheConfigurationBecomesAHeaderOfItsOwn) {
    auto const text = message({"x\r\nBcc: all@example.com", "a"}, settings(), {"vm", "", "now"});
    EXPECT_NE(text.find("Subject: [vm] x??Bcc: all@example.com\r\n"), std::string::npos) << text;
}

TEST(Letter, ALineOfOneDotDoesNotEndTheMail) {
    auto const text = message({"s", "before\n.\nafter"}, settings(), {"vm", "", "now"});
    EXPECT_TRUE(text.ends_with("\r\n\r\nbefore\r\n..\r\nafter\r\n")) << text;
}

}  // namespace
}  // namespace drover::mail
