"""The kernel that users have: Debian 12's, in the reference machine."""

import json

import pytest

from lab import reference_vm
from lab.directors import DROVER
from lab.lan import XDP_PASS
from lab.seed_network import SEED

HERE = reference_vm.ROOT / "tests/system/guest"

pytestmark = [pytest.mark.full, pytest.mark.reference_vm]


def test_a_director_on_kernel_6_1_serves_a_request_by_direct_routing():
    with reference_vm.packed("drover", [DROVER], [SEED, XDP_PASS]) as folder:
        said = reference_vm.run(HERE / "dr_request.sh", [folder])
    seen = dict(line.split(" ", 1) for line in said.splitlines() if line.startswith(("kernel ", "page ", "status ")))
    assert seen["kernel"].startswith("6.1."), said
    assert seen["page"] in ("web1", "web2")
    dataplane = json.loads(seen["status"])["dataplane"]
    assert [row["mode"] for row in dataplane["attachments"]] == ["native"]
    (forwarded,) = [int(row["packets"]) for row in dataplane["verdicts"] if row["reason"] == "forwarded"]
    assert 4 <= forwarded <= 20, "a SYN, an ACK, the request and a FIN at least"


# The machine is slow, and slower on a busy host: its own waits are long.
def test_a_kernel_director_and_drover_tell_each_other_of_their_connections():
    with reference_vm.packed("drover", [DROVER], [XDP_PASS]) as folder:
        said = reference_vm.run(HERE / "sync_with_kernel.sh", [folder], seconds=600)
    lines = said.splitlines()
    assert [line.split(" ")[0] for line in lines if "-told" in line] == ["kernel-told"] * 4 + ["drover-told"] * 4, said
    assert "download whole" in lines, said
    sync = json.loads(next(line for line in lines if line.startswith("status ")).split(" ", 1)[1])["sync"]
    assert sync["refused"] == [] and int(sync["taken"]["made"]) >= 4
