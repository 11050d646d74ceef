// The client's half of SMTP (RFC 5321) for one mail, as a function of what the server answers: HELO, MAIL, RCPT for each
// recipient, DATA. keepalived's, too, has neither TLS nor a password.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace drover::mail {

struct Envelope {
    std::string helo_name;
    std::string from;
    std::vector<std::string> to;
};

class Dialogue {
public:
    /// `message`: as letter.h makes it.
    Dialogue(Envelope envelope, std::string message) : envelope_(std::move(envelope)), message_(std::move(message)) {}

    enum class State { goes_on, delivered, failed };
    struct Step {
        State state = State::goes_on;
        std::string send;     ///< to be sent now; may be empty
        std::string trouble;  ///< of `failed`: a sentence
    };
    /// What has come in. A mail counts as delivered when the server has taken it, whatever becomes of the connection then.
    Step feed(std::string_view bytes);

private:
    enum class Waiting { greeting, helo, sender, recipient, data, message };
    Step answer(int code, std::string_view line);
    Step next_recipient();

    Envelope envelope_;
    std::string message_;
    std::string received_;  ///< not a whole line yet
    Waiting waiting_ = Waiting::greeting;
    std::size_t asked_ = 0;     ///< recipients
    std::size_t accepted_ = 0;  ///< of them
};

}  // namespace drover::mail
