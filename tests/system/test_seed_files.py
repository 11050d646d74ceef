"""The copies in lab/seed are the files of the page, byte for byte."""

from pathlib import Path

import pytest
import seed_text

COPIES = Path(__file__).resolve().parents[2] / "lab" / "seed"


@pytest.mark.skipif(not seed_text.FOLDER.is_dir(), reason="the page is not beside this checkout")
def test_the_copies_are_the_page_byte_for_byte():
    copies = {path.name: path.read_bytes() for path in COPIES.iterdir() if path.name != "README.md"}
    assert copies == seed_text.files()


def test_the_copies_kept_their_odd_blanks():
    """A tool that tidies up blanks would make the demo easier than the deployment is."""
    for name in ("master-dr.keepalived.conf", "backup-dr.keepalived.conf"):
        assert (COPIES / name).read_bytes().count("\u00a0".encode()) > 400, name
