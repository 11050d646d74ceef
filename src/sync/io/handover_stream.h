// Words about a handover over a stream: each behind its length, two bytes.
#pragma once

#include "base/result.h"
#include "sync/handover.h"
#include "sync/io/secure_stream.h"

namespace drover::sync {

Result<void> send_letter(SecureStream& stream, HandoverLetter const& letter);
Result<HandoverLetter> receive_letter(SecureStream& stream);

}  // namespace drover::sync
