"""The demo shows what it says, and the two commands refuse what they do not know."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_every_step_of_the_demo_shows_what_it_should(tmp_path):
    measured = tmp_path / "demo.json"
    done = subprocess.run([sys.executable, "-B", str(ROOT / "lab/demo.py"), "--once", "--json", str(measured)],
                          capture_output=True, text=True, timeout=400)
    told = json.loads(measured.read_text())
    assert [step for step in told["steps"] if not step["ok"]] == [], done.stdout[-6000:]
    assert done.returncode == 0 and len(told["steps"]) >= 15
    assert set(told) == {"steps", "outage_ms"} and told["outage_ms"] > 0
    assert all(set(step) == {"name", "ok", "seen"} and step["seen"] for step in told["steps"])


@pytest.mark.parametrize("command", ["./demo", "./test"])
@pytest.mark.parametrize("words", [["--unknown"], ["now"], {"./demo": ["--json"], "./test": ["-k"]}],
                         ids=["option", "word", "missing-argument"])
def test_a_wrong_option_is_one_sentence_and_status_2(command, words):
    words = words[command] if isinstance(words, dict) else words
    done = subprocess.run([command, *words], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith(f"{command}: ") and len(done.stderr.splitlines()) == 1
