"""The demo: drover runs the seed's deployment, and the story of it is told as it happens.

Every step checks what it shows, within a deadline. `--once` ends after the last step, with exit status 0 only if all
of them showed what they should.
"""

import argparse
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab.demo_steps import Demo  # noqa: E402  (the path comes first)
from lab.laboratory import Lab  # noqa: E402
from lab.story import Story  # noqa: E402


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./demo")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--no-color", action="store_true")
    return parser.parse_args()


def tell(demo: Demo, story: Story) -> None:
    for name, action in demo.steps():
        story.step(name, action)


def stay_up(lab: Lab, story: Story) -> None:
    print("\nEverything stays up until you press Ctrl-C. A shell on each host (drover and ipvsadm are in its PATH):\n")
    for host in lab.hosts:
        if host.on and host.name != "switch":
            print(f"    {host.name:<10} {host.shell_command()}")
    print("\nOn a real server `touch /run/web-fails` makes its /info.php answer 500, `rm /run/web-fails` mends it."
          "\nOn the client: curl --interface 192.168.1.77 http://172.51.97.175/", flush=True)
    signal.pause()


def main() -> int:
    wanted = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    story = Story(sys.stdout.isatty() and not wanted.no_color and "NO_COLOR" not in os.environ)
    try:
        with Lab() as lab:
            tell(Demo(lab, story), story)
            if wanted.json:
                story.write(wanted.json)
            failed = [step["name"] for step in story.steps if not step["ok"]]
            print(f"\n{len(story.steps) - len(failed)} of {len(story.steps)} steps showed what they should."
                  + "".join(f"\n  not: {name}" for name in failed))
            if not wanted.once:
                stay_up(lab, story)
    except KeyboardInterrupt:
        print("\nAll of it is taken down again.")
        return 0 if not wanted.once and story.all_ok() else 130
    return 0 if story.all_ok() else 1


sys.exit(main())
