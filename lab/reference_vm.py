"""The reference machine: Debian's own kernel (6.1) with IPVS in a virtual machine, kept beside the checkout.

Its README tells what is in it. A script runs in it as root, with files handed over in /in; there is no KVM on many
machines, so a second in there can be several seconds out here.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT.parent / "shared/reference-vm"
# Of the C library the guest has its own, which must be the loader's twin.
_GUESTS_OWN = ("libc.so.", "libm.so.", "ld-linux")


class MachineFailed(RuntimeError):
    """The script in the machine, or the machine itself, ended with another status than 0."""


def is_here() -> bool:
    return (FOLDER / "run").exists()


def build() -> None:
    """Nothing to do but once: it takes packages from the network, so it must be done before a lab has another one."""
    subprocess.run([str(FOLDER / "build")], check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=600)


def command(script: Path, files: list[Path], arguments: list[str], seconds: int, options: list[str]) -> list[str]:
    """That boots the machine for this script."""
    line = [str(FOLDER / "run"), "--timeout", str(seconds), *options]
    for file in [FOLDER / "guest/lan.sh", *files]:
        line += ["--in", str(file)]
    return [*line, str(script), *arguments]


def run(script: Path, files: list[Path] = (), arguments: list[str] = (), seconds: int = 300, icount: bool = False) -> str:
    """What the script printed. `icount`: the guest's clocks count instructions, one a nanosecond."""
    done = subprocess.run(command(script, files, arguments, seconds, ["--icount"] if icount else []),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                          timeout=seconds + 600)  # the first run of all builds the machine
    if done.returncode:
        raise MachineFailed(f"{script.name} in the reference machine ended with {done.returncode}:\n"
                            f"{done.stdout}\n{done.stderr}")
    return done.stdout


@contextmanager
def packed(name: str, programs: list[Path], files: list[Path] = ()) -> Iterator[Path]:
    """A folder to hand over: the programs without their debugging symbols, their shared libraries in lib/, the files."""
    with tempfile.TemporaryDirectory(prefix="drover-guest.") as above:
        folder = Path(above) / name
        (folder / "lib").mkdir(parents=True)
        for program in programs:
            subprocess.run(["llvm-strip-19", "-o", folder / program.name, program], check=True)
            for library in _libraries(program):
                shutil.copy(library, folder / "lib")
        for file in files:
            (shutil.copytree if file.is_dir() else shutil.copy)(file, folder / file.name)
        yield folder


def _libraries(program: Path) -> list[str]:
    lines = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout.splitlines()
    found = [line.split(" => ")[1].split()[0] for line in lines if " => /" in line]
    return [path for path in found if not Path(path).name.startswith(_GUESTS_OWN)]
