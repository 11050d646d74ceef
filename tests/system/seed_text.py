"""The seed's page, cut into the files it prints, byte for byte.

The page is a web article turned into text: many of its blanks are U+00A0 (C2 A0), and they are left as they are."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "seed"

# file: the heading above it, its first bytes, and what stands after it.
_PLACES = {
    "master-dr.keepalived.conf": ("1. master_dr", "!\u00a0Configuration", "2 backup_dr"),
    "backup-dr.keepalived.conf": ("2 backup_dr", "!\u00a0Configuration", "注意"),
    "state_master.sh": ("vim /etc/keepalived/scripts/state_master.sh", "#!/bin/bash", "\nii "),
    "state_backup.sh": ("vim /etc/keepalived/scripts/state_backup.sh", "#!/bin/bash", "\niii"),
    "state_fault.sh": ("vim /etc/keepalived/scripts/state_fault.sh", "#!/bin/bash", "\n4. "),
    "lvs-dr": ("vim /etc/init.d/lvs-dr", "#!/bin/sh", "\n注意"),
}


def files() -> dict[str, bytes]:
    """Each file of the page by name. Blank lines at a file's end belong to the page, not to the file."""
    (page,) = FOLDER.glob("*.txt")
    text = page.read_bytes()
    return {name: _cut(text, *place) for name, place in _PLACES.items()}


def _cut(text: bytes, heading: str, first: str, after: str) -> bytes:
    start = text.index(first.encode(), text.index(heading.encode()))
    return text[start:text.index(after.encode(), start)].rstrip(b" \t\r\n") + b"\n"
