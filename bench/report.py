"""Reporting: a table on the screen, JSON beside it, and what machine and versions the figures belong to."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
PACKAGES = (
    *("broadsheet", "django", "faiss-cpu", "granian", "jinja2", "mini-racer", "numpy", "onnxruntime", "psycopg"),
    *("tantivy", "tokenizers"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `budget` is what was promised, empty where nothing was."""

    name: str
    value: float
    unit: str
    budget: str = ""


def machine() -> dict[str, object]:
    """What the figures belong to."""
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "cpu": model.partition(":")[2].strip(),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "commit": commit.stdout.strip(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def report(name: str, figures: Sequence[Figure], setting: str) -> None:
    """Print the figures and write them to bench/results/NAME.json. `setting` says what was measured on."""
    about = machine()
    table = Table(title=f"{name}: {setting}", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in ("", "measured", "unit", "budget"):
        table.add_column(column, justify="right" if column == "measured" else "left")
    for figure in figures:
        table.add_row(figure.name, f"{figure.value:,.1f}", figure.unit, figure.budget)
    console = Console(width=140)
    console.print(table)
    console.print(f"{about['cpu']}, {about['cores']} cores, load {about['load_average']}, commit {about['commit']}")
    RESULTS.mkdir(exist_ok=True)
    content = {"name": name, "setting": setting, "machine": about, "figures": [asdict(figure) for figure in figures]}
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")
