"""The floors of the house: who may include whom, and who may touch the world.

    F4  app  cli
    F3  dataplane  .../io
    F2  config plan live scheduler vrrp health sync control mail real runner     (they do not see each other)
    F1  model
    F0  base
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = {"base": 0, "model": 1, "config": 2, "plan": 2, "scheduler": 2, "vrrp": 2, "health": 2, "sync": 2, "live": 2,
          "control": 2, "mail": 2, "real": 2, "runner": 2, "dataplane": 3, "app": 4, "cli": 4}
SEEN_BY_EVERY_IO = {"base", "model", "loop/io", "netlink/io"}
# What only an edge may include: sockets, files, threads, clocks, event loops, BPF.
IMPURE_HEADERS = re.compile(r"boost/(asio|beast)|bpf/(bpf|libbpf|btf)|libmnl|spdlog|systemd/|sys/(socket|epoll|mman|"
                            r"wait|timerfd|signalfd|eventfd|un|ioctl)\.h|^unistd\.h|^fcntl\.h|^poll\.h|^pthread\.h|^time\.h|"
                            r"^netdb\.h|^(fstream|iostream|thread|mutex|condition_variable|filesystem)$")
IMPURE_WORDS = re.compile(r"\b(steady_clock|system_clock|high_resolution_clock)::now\b|\bclock_gettime\b|\bgetenv\b|"
                          r"\blog::(debug|info|notice|warning|error|write)\(|\b(std::cerr|std::cout)\b")
BAD_NAMES = re.compile(r"(^|[_.-])(utils?|common|helpers?|manager|misc)([_.-]|$)")


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*")
                  if path.suffix in (".h", ".cpp", ".c"))


def folder_of(path: Path) -> str:
    return str(path.parent.relative_to(ROOT / "src"))


def includes(path: Path) -> list[tuple[int, str, bool]]:
    """(line, name, whether in quotes) of each #include."""
    pattern = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
    found = ((number, pattern.match(line)) for number, line in enumerate(path.read_text().splitlines(), start=1))
    return [(number, match[2], match[1] == '"') for number, match in found if match]


def floor(folder: str) -> int:
    return 3 if folder.endswith("/io") else FLOORS[folder]


def may_see(folder: str, other: str) -> bool:
    if folder == other:
        return True
    if folder.endswith("/io"):
        return other in SEEN_BY_EVERY_IO or other == folder.removesuffix("/io")
    if floor(folder) == 4:
        return floor(other) < 4 or {folder, other} == {"cli", "app"}
    return floor(other) < floor(folder)


def is_edge(path: Path) -> bool:
    folder = folder_of(path)
    return folder.endswith("/io") or folder in ("app", "cli") or path.name == "main.cpp"


def test_includes_go_downwards_only():
    wrong = []
    for path in sources("src"):
        if path.parent == ROOT / "src":
            continue  # main.cpp stands on the roof
        for line, name, quoted in includes(path):
            other = str(Path(name).parent)
            if not quoted or name in ("drover.skel.h", "drover_tc.skel.h") or other == "bpf":
                continue
            if other == "." or not (ROOT / "src" / name).exists():
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {name} is no path from src/")
            elif not may_see(folder_of(path), other):
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {folder_of(path)} must not see {name}")
    assert not wrong, "\n".join(wrong)


def test_only_the_data_plane_sees_the_contract_with_bpf():
    wrong = [f"{path.relative_to(ROOT)}:{line}: {name}" for path in sources("src") for line, name, _ in includes(path)
             if (name.startswith("bpf/") and not name.startswith(("bpf/bpf", "bpf/libbpf", "bpf/btf"))
                 or name in ("contract.h", "drover.skel.h", "drover_tc.skel.h"))
             and not folder_of(path).startswith("dataplane")]
    assert not wrong, "\n".join(wrong)


def test_bpf_includes_nothing_of_the_program():
    wrong = [f"{path.name}:{line}: {name}" for path in sources("bpf") for line, name, quoted in includes(path)
             if quoted and not (ROOT / "bpf" / name).exists()]
    assert not wrong, "\n".join(wrong)


def test_pure_code_touches_no_socket_clock_file_or_log():
    wrong = []
    for path in sources("src"):
        if is_edge(path) or path.parent == ROOT / "src" or path.name in ("log.h", "log.cpp"):
            continue
        wrong += [f"{path.relative_to(ROOT)}:{line}: <{name}>" for line, name, quoted in includes(path)
                  if not quoted and IMPURE_HEADERS.search(name)]
        wrong += [f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
                  for number, line in enumerate(path.read_text().splitlines(), start=1)
                  if IMPURE_WORDS.search(line.split("//")[0])]
    assert not wrong, "\n".join(wrong)


def test_the_loop_and_http_libraries_stay_in_source_files():
    """Heavy headers: each file that includes them takes seconds to compile."""
    wrong = [f"{path.relative_to(ROOT)}:{line}: <{name}>" for path in sources("src") for line, name, _ in includes(path)
             if re.search(r"boost/(asio|beast|json)|CLI/|spdlog", name)
             and (path.suffix == ".h" or re.search("asio|beast", name) and "io" not in path.parent.parts)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("folder", ["src", "bpf", "lab", "tests", "bench"])
def test_every_file_is_named_for_its_subject(folder):
    wrong = [str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*")
             if "__pycache__" not in path.parts and BAD_NAMES.search(path.name.lower())]
    assert not wrong, wrong


def broken_links(text: str, folder: Path) -> list[str]:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", text)
    return [target for target in targets if "://" not in target and not (folder / target).exists()]


def test_links_in_the_documents_lead_somewhere():
    wrong = [f"{path.relative_to(ROOT)}: {target}" for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
             for target in broken_links(path.read_text(), path.parent)]
    assert not wrong, "\n".join(wrong)


def test_the_rules_see_what_they_forbid():
    """A rule that finds nothing anywhere would pass for ever."""
    assert not may_see("vrrp", "health") and not may_see("model", "config") and not may_see("health/io", "vrrp/io")
    assert not may_see("vrrp", "loop/io") and may_see("health/io", "loop/io") and may_see("app", "vrrp/io")
    assert IMPURE_HEADERS.search("sys/socket.h") and IMPURE_WORDS.search("auto t = std::chrono::steady_clock::now();")
    assert BAD_NAMES.search("string_util.h") and BAD_NAMES.search("common.py")
    assert not BAD_NAMES.search("utility_bill.h")
    assert len(sources("src")) > 50
    assert broken_links("[a](README.md) [b](nowhere.md#x) [c](https://example.net)", ROOT) == ["nowhere.md"]
