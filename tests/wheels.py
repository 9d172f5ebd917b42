"""List, for the tests, what machines the packages of the lock have wheels for: `make lock`."""

import sys
import tomllib
from pathlib import Path


def wheels_of(lock: Path) -> str:
    """Return a line for each package of a lock: name==version, and the tags of its wheels.

    `lock` is a pylock.toml: https://packaging.python.org/en/latest/specifications/pylock-toml/
    """
    lines = []
    for package in tomllib.loads(lock.read_text("utf-8"))["packages"]:
        names = (wheel["url"].rpartition("/")[2] for wheel in package["wheels"])
        tags = sorted({"-".join(name.removesuffix(".whl").split("-")[-3:]) for name in names})
        lines.append(f"{package['name']}=={package['version']} {' '.join(tags)}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(wheels_of(Path(sys.argv[1])))
