#include "mail/dialogue.h"

#include <gtest/gtest.h>

namespace drover::mail {
namespace {

using State = Dialogue::State;

Dialogue dialogue() {
    return {{"vm", "ka@example.com", {"admin@example.com", "ops@example.com"}}, "Subject: s\r\n\r\nbody\r\n"};
}

TEST(SmtpDialogue, SaysWhatKeepalivedSaysInItsOrder) {
    auto talk = dialogue();
    EXPECT_EQ(talk.feed("220 mail.example.com ESMTP\r\n").send, "HELO vm\r\n");
    EXPECT_EQ(talk.feed("250 hello\r\n").send, "MAIL FROM:<ka@example.com>\r\n");
    EXPECT_EQ(talk.feed("250 ok\r\n").send, "RCPT TO:<admin@example.com>\r\n");
    EXPECT_EQ(talk.feed("250 ok\r\n").send, "RCPT TO:<ops@example.com>\r\n");
    EXPECT_EQ(talk.feed("250 ok\r\n").send, "DATA\r\n");
    EXPECT_EQ(talk.feed("354 go ahead\r\n").send, "Subject: s\r\n\r\nbody\r\n.\r\n");
    auto const last = talk.feed("250 queued\r\n");
    EXPECT_EQ(last.send, "QUIT\r\n");
    EXPECT_EQ(last.state, State::delivered);
}

TEST(SmtpDialogue, TakesAnswersOfSeveralLinesAndInPieces) {
    auto talk = dialogue();
    EXPECT_EQ(talk.feed("220-one\r\n220 tw").send, "");
    EXPECT_EQ(talk.feed("o\r\n").send, "HELO vm\r\n");
}

TEST(SmtpDialogue, GoesOnWithoutARecipientWhoIsNotKnown) {
    auto talk = dialogue();
    talk.feed("220 hello\r\n");
    talk.feed("250 hello\r\n");
    talk.feed("250 ok\r\n");
    EXPECT_EQ(talk.feed("550 no such user\r\n").send, "RCPT TO:<ops@example.com>\r\n");
    EXPECT_EQ(talk.feed("250 ok\r\n").send, "DATA\r\n");
}

TEST(SmtpDialogue, FailsWhenNoRecipientIsKnown) {
    auto talk = dialogue();
    talk.feed("220 hello\r\n");
    talk.feed("250 hello\r\n");
    talk.feed("250 ok\r\n");
    talk.feed("550 no such user\r\n");
    auto const last = talk.feed("550 no such user\r\n");
    EXPECT_EQ(last.state, State::failed);
    EXPECT_EQ(last.trouble, "it takes no mail for these recipients: 550 no such user");
}

TEST(SmtpDialogue, FailsWithTheServersOwnWords) {
    auto talk = dialogue();
    auto const step = talk.feed("554 go \x1b[31maway\r\n");
    EXPECT_EQ(step.state, State::failed);
    EXPECT_EQ(step.trouble, "it answered: 554 go ?[31maway");
}

TEST(SmtpDialogue, FailsAtSomebodyWhoIsNoMailServer) {
    auto talk = dialogue();
    EXPECT_EQ(talk.feed("SSH-2.0-OpenSSH_9.2\r\n").state, State::failed);
    auto endless = dialogue();
    EXPECT_EQ(endless.feed(std::string(5000, 'x')).state, State::failed);
}

}  // namespace
}  // namespace drover::mail
