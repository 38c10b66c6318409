"""See that Chromium is there for the browser tests: install it where that is possible, explain where it is not."""

import os
import shutil
import subprocess
import sys

ADVICE = "The browser tests need Chromium. Install it as root: apt-get install -y chromium"


def main() -> int:
    """0 when Chromium is there at the end; 1 with the advice on standard error."""
    if shutil.which("chromium"):
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests ...", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)  # noqa: S607
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, env=quiet)  # noqa: S607
        if shutil.which("chromium"):
            return 0
    print(ADVICE, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
