/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* allow and deny: which sources may begin a flow. Known flows are not asked again. */
#ifndef DROVER_SOURCES_H
#define DROVER_SOURCES_H

#include "flow.h"

static __always_inline int is_denied(const struct flow *flow, const struct service *service)
{
	struct source_key key = {.length = 160};
	__u32 *found;

	if (!(service->flags & SERVICE_FILTERED))
		return 0;
	key.service = bpf_htonl(flow->service);
	key.address[0] = flow->client[0];
	key.address[1] = flow->client[1];
	found = bpf_map_lookup_elem(&sources, &key);
	if (!found)
		return (service->flags & SERVICE_DENIES_OTHERS) != 0;
	return *found == SOURCE_DENY;
}

#endif
