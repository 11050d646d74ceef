"""`cmake --install` puts in place what cmake/DroverInstall.cmake promises."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with everything installed below it, and the prefix in it."""
    dest = tmp_path_factory.mktemp("install")
    subprocess.run(["cmake", "--install", str(BUILD)], check=True, capture_output=True,
                   env={**os.environ, "DESTDIR": str(dest)})
    cache = (BUILD / "CMakeCache.txt").read_text()
    prefix = next(line for line in cache.splitlines() if line.startswith("CMAKE_INSTALL_PREFIX:")).split("=", 1)[1]
    return dest, dest / prefix.lstrip("/")


def test_the_program_is_there_and_runs(installed):
    program = installed[1] / "bin" / "drover"
    assert subprocess.run([program, "--version"], capture_output=True).returncode == 0


@pytest.mark.parametrize("name", ["ipvsadm", "lvs-dr"])
def test_links_of_other_names_lead_to_the_program(installed, name):
    link = installed[1] / "libexec" / "drover" / name
    assert link.is_symlink()
    assert link.resolve() == (installed[1] / "bin" / "drover").resolve()


def test_nothing_goes_to_etc_or_over_debians_ipvsadm(installed):
    dest, prefix = installed
    outside = [f for f in dest.rglob("*") if f.is_file() and prefix not in f.parents]
    assert outside == []
    assert not (prefix / "sbin").exists()


def test_lvs_dr_speaks_as_the_old_script(installed):
    said = subprocess.run([installed[1] / "libexec" / "drover" / "lvs-dr"], capture_output=True, text=True)
    assert (said.stdout, said.returncode) == ("Usage: lvs-dr {start|stop|restart|status}\n", 1)


@pytest.mark.parametrize("unit", ["drover.service", "drover-cleanup.service", "drover-real.service"])
def test_units_start_the_installed_program(installed, unit):
    dest, prefix = installed
    text = (prefix / "lib" / "systemd" / "system" / unit).read_text()
    assert "@" not in text
    commands = [line.split("=", 1)[1].lstrip("-") for line in text.splitlines()
                if line.startswith(("ExecStart=", "ExecStop=", "ExecStopPost="))]
    assert commands
    for command in commands:
        assert dest / command.split()[0].lstrip("/") == prefix / "bin" / "drover"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", ["drover.service", "drover-cleanup.service", "drover-real.service"])
def test_units_say_nothing_that_systemd_does_not_know(installed, unit):
    path = installed[1] / "lib" / "systemd" / "system" / unit
    judged = subprocess.run(["systemd-analyze", "verify", "--man=no", str(path)], capture_output=True, text=True)
    # The program itself lies below the test's folder, and other units of this host are not of interest.
    about_it = [line for line in judged.stderr.splitlines() if unit in line and "is not executable" not in line]
    assert about_it == []


@pytest.mark.skipif(not shutil.which("systemd-sysusers"), reason="systemd-sysusers is not installed")
def test_the_group_of_the_control_socket_can_be_made(installed, tmp_path):
    (tmp_path / "etc").mkdir()
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}",
                    str(installed[1] / "lib" / "sysusers.d" / "drover.conf")], check=True)
    assert "drover:" in (tmp_path / "etc" / "group").read_text()


def test_documents_and_an_example_are_there(installed):
    folder = installed[1] / "share" / "doc" / "drover"
    assert "MIT License" in (folder / "LICENSE").read_text()
    assert (folder / "README.md").is_file()
    assert (folder / "docs" / "path-of-a-packet.md").is_file()
    assert "VIP=172.51.97.175" in (folder / "examples" / "real.conf").read_text()
