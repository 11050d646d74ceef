#include "model/instance.h"

namespace drover::model {

Holdings holdings_of(Instance const& instance) {
    Holdings held{instance.vmac ? instance.vmac->interface : instance.interface, instance.addresses, instance.routes,
                  instance.rules, instance.promote_secondaries};
    held.addresses.insert(held.addresses.end(), instance.excluded.begin(), instance.excluded.end());
    return held;
}

}  // namespace drover::model
