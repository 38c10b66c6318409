"""Write docs/benchmarks.md from the JSON that the benchmarks left in bench/results/.

python -m bench.publish
"""

import json
from pathlib import Path
from typing import Any

from bench.report import RESULTS

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
NAMES = (
    *("catalogue", "parsing", "pages", "index", "templates"),
    *(
        "search-200000",
        "search-1000000",
        "fusion",
        "static",
        "embedding",
        "vectors",
        "map",
        "search_kills",
        "vector_kills",
    ),
    *("kill_drill", "harvest_drill", "faulty_harvests", "politeness"),
)
INTRODUCTION = """# Benchmarks

Made by `python -m bench.publish` from the last run of each benchmark; `make bench` runs them. They need the
development data (`BROADSHEET_SHARED`) and an idle machine: where the load average stands above the number of
cores, the figures are worse than they need be. CPU of a page is that of the web process at the median plus that
of the database at the mean.

## Where the time goes

- **Ingest**: a process of its own reads and cleans (some 190 µs a record). Taking a record in costs about 80 µs
  for deciding, 100 µs for handing rows over, and 170 to 220 µs in the database.
- **Index**: two thirds making terms in Python, beside the engine's own thread; a tenth reading from the database.
- **Front page**: mostly the database: three questions for the edition, one for all its cards. The stories
  themselves are kept.
- **Paper page**: a third similar papers, a third the database, a third the page.
- **Search page**: a sixth the index, a third marking matches, the rest cards and page.
"""


def section(result: dict[str, Any]) -> str:
    about = result["machine"]
    rows = [f"| {f['name']} | {f['value']:,.1f} | {f['unit']} | {f['budget']} |" for f in result["figures"]]
    machine = f"{about['cpu']}, {about['cores']} cores, load {about['load_average']}, Python {about['python']}, "
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    return "\n".join(
        (
            f"\n## {result['name']}\n",
            f"{result['setting']}.\n",
            "| | measured | | budget |",
            "|---|---:|---|---|",
            *rows,
            f"\n{machine}commit {about['commit']}, {about['at'][:10]}. {versions}.",
        )
    )


def main() -> None:
    found = [RESULTS / f"{name}.json" for name in NAMES]
    sections = [section(json.loads(path.read_text())) for path in found if path.exists()]
    PAGE.write_text(INTRODUCTION + "\n".join(sections) + "\n")
    print(f"{PAGE.name}: {len(sections)} benchmarks")


if __name__ == "__main__":
    main()
