// Words of global_defs about mail.
#pragma once

#include <string_view>

#include "config/values.h"
#include "model/mail.h"

namespace drover::config {

/// False when the word is none of these.
bool read_mail_word(Reading& reading, Statement const& statement, model::MailSettings& mail);

/// smtp_alert of an instance, a group, a service or a server.
bool read_alert(Reading& reading, Statement const& statement);

}  // namespace drover::config
