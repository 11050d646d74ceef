#include "sync/packer.h"

namespace drover::sync {

void Packer::add(Connection const& connection) {
    if (connections_ == most_connections ||
        (connections_ > 0 && message_.size() + appended_size(message_.size(), connection) > most_))
        flush();
    if (connections_ == 0) message_.assign(header_size, 0);
    append(message_, connection);
    ++connections_;
}

void Packer::flush() {
    if (connections_ == 0) return;
    write_header(message_, syncid_, connections_);
    send_(message_, connections_);
    connections_ = 0;
}

}  // namespace drover::sync
