"""`python -m bench`: all benchmarks, one after the other."""

import subprocess
import sys

NAMES = (
    "catalogue",
    "parsing",
    "pages",
    "index",
    "templates",
    "static",
    "embedding",
    "vectors",
    "search",
    "map",
    "publish",
)


def main() -> None:
    for name in NAMES:
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False)


if __name__ == "__main__":
    main()
