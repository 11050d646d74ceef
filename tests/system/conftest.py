"""Fixtures of the system tests: a lab for each test, and what its hosts said when the test fails."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
sys.dont_write_bytecode = True

from lab import reference_vm  # noqa: E402  (the path comes first)
from lab.laboratory import Lab  # noqa: E402
from lab.pair import Pair  # noqa: E402
from lab.seed_network import SeedNetwork  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "full: slow; runs with ./test --full only")
    config.addinivalue_line("markers", "reference_vm: needs the reference machine (lab/reference_vm.py)")


def pytest_runtest_setup(item):
    if item.get_closest_marker("reference_vm") and not reference_vm.is_here():
        pytest.skip(f"the reference machine is not here ({reference_vm.FOLDER} is missing)")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Each phase's outcome is kept on the test, for `lab` to see."""
    outcome = yield
    setattr(item, f"{call.when}_report", outcome.get_result())


@pytest.fixture
def lab(request):
    with Lab() as laboratory:
        yield laboratory
        report = getattr(request.node, "call_report", None)
        if report is None or report.failed:
            report_logs(laboratory, request.node.name)


def report_logs(laboratory: Lab, test: str) -> None:
    """Printed, so that pytest shows it beside the failure."""
    for host in laboratory.hosts:
        for log in sorted(host.logs.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()
            if lines:
                print(f"--- {test}: {log.stem} on {host.name} said (the last 80 lines)", *lines[-80:], sep="\n")


@pytest.fixture
def seed_network(lab):
    """Called with the options of SeedNetwork: the seed's hosts, LANs and files, nothing running yet."""
    return lambda **options: SeedNetwork(lab, **options)


@pytest.fixture
def pair(lab):
    """Two directors and an onlooker (lab/pair.py)."""
    return Pair(lab)
