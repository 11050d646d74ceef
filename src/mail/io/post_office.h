// Sends mails one after the other, on the thread of the event loop and without ever making it wait.
#pragma once

#include <memory>
#include <string>

#include "mail/letter.h"
#include "model/mail.h"

namespace boost::asio {
class io_context;
}

namespace drover::mail {

class PostOffice {
public:
    static constexpr std::size_t kMostWaiting = 100;  ///< letters; further ones are lost

    explicit PostOffice(boost::asio::io_context& context);
    ~PostOffice();
    PostOffice(PostOffice const&) = delete;
    PostOffice& operator=(PostOffice const&) = delete;

    /// For letters from now on.
    void apply(model::MailSettings settings, std::string router_id);
    /// Without a server or recipients it goes nowhere. A mail that cannot be sent is lost, as keepalived's is; the log says
    /// so once, and again when mails are sent again.
    void post(Letter const& letter);

private:
    struct Counter;
    std::shared_ptr<Counter> counter_;
};

}  // namespace drover::mail
