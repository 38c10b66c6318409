"""Parsing: pages of live sources to drafts, and on to clean ones, in records a second on one core.

python -m bench.parsing [--shared FOLDER]
"""

import argparse
import os
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.report import Figure, report
from broadsheet.reading import prepare
from broadsheet.sources import SOURCES
from broadsheet.sources.live import Answer, Window

PAGES = (
    ("arxiv-oai", "oai_arXiv_page1.xml", "5,000"),
    ("oai-dc", "oai_oai_dc_page1.xml", "5,000"),
    ("arxiv-rss", "rss_cs.CL_2025-05-28.xml", ""),
    ("arxiv-api", "atom_query_page1.xml", ""),
)
ROUNDS = 9


def rate(count: int, seconds: list[float]) -> float:
    """Records a second, by the median of the rounds."""
    return count / statistics.median(seconds)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("BROADSHEET_SHARED", str(Path(__file__).parents[2] / "shared" / "data"))
    parser.add_argument("--shared", default=default, help="folder of the development data")
    given = parser.parse_args()
    figures = []
    for name, file, budget in PAGES:
        body = (Path(given.shared) / "wire" / "rebuilt" / file).read_bytes()
        live = SOURCES[name].live
        answer = Answer("http://upstream.example/list?start=0", body, datetime.now(UTC))
        parsing, cleaning, count = [], [], 0
        for _ in range(ROUNDS):
            begun = time.process_time()
            page = live.read_page(answer, Window())
            between = time.process_time()
            count = len(list(prepare(page.items)))
            parsing.append(between - begun)
            cleaning.append(time.process_time() - begun)
        figures.append(Figure(f"{name}, page to drafts", rate(count, parsing), "records/s", budget))
        figures.append(Figure(f"{name}, page to clean drafts", rate(count, cleaning), "records/s"))
    report("parsing", figures, f"real metadata in the services' forms, median of {ROUNDS}")


if __name__ == "__main__":
    main()
