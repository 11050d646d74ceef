#include "dataplane/solicitation.h"

#include <algorithm>

namespace drover::dataplane {

ArpRequest arp_request(Mac const& own, Address const& source, Address const& target) {
    // Ethernet, IPv4, their lengths, "request".
    ArpRequest bytes{0x00, 0x01, 0x08, 0x00, 6, 4, 0x00, 0x01};
    std::ranges::copy(own.bytes, &bytes[8]);
    std::copy_n(&source.bytes()[12], 4, &bytes[14]);
    std::copy_n(&target.bytes()[12], 4, &bytes[24]);  // between them: the MAC that is asked for
    return bytes;
}

NeighbourSolicitation neighbour_solicitation(Mac const& own, Address const& target) {
    NeighbourSolicitation bytes{135};
    std::ranges::copy(target.bytes(), &bytes[8]);
    bytes[24] = 1;  // option: source link-layer address,
    bytes[25] = 1;  // eight bytes long
    std::ranges::copy(own.bytes, &bytes[26]);
    return bytes;
}

Address solicited_node(Address const& target) {
    Address::Bytes group{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xff};
    std::copy_n(&target.bytes()[13], 3, &group[13]);
    return Address(group);
}

}  // namespace drover::dataplane
