"""What the map costs: drawing it from the vectors of the development corpus, how good it is, and how smoothly it moves.

    python -m bench.map [--papers 200000] [--threads 2] [--no-browser]

Frames are timed in Chromium, which draws in software (SwiftShader) where there is no graphics card.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import numpy as np
import zstandard

from bench.report import Figure, report
from broadsheet.cards import Card
from broadsheet.embedding.spaces import PaperText
from broadsheet.mapping.files import STEPS, LiteratureMap, find_map
from broadsheet.mapping.making import Subject, build, extend
from broadsheet.mapping.projection import Effort
from broadsheet.taxonomy import load as load_taxonomy

LATER = 1_000
"""Papers that arrive after the map was drawn."""
SAMPLED = 2_000
WIDTH, HEIGHT = 1280, 900


class Corpus:
    """The development corpus: vectors by the instant tier's model, and what the map shows of each paper."""

    def __init__(self, path: Path, most: int) -> None:
        from broadsheet.embedding.static import shipped

        model, self.subjects, parts, texts = shipped(), [], [], []
        with zstandard.open(path, "rt", encoding="utf-8") as lines:
            for _, line in zip(range(most), lines, strict=False):
                record = json.loads(line)
                self.subjects.append(_subject(record))
                texts.append(PaperText(record["title"], record.get("abstract") or ""))
        for at in range(0, len(texts), 2_000):
            parts.append(model.embed_papers(texts[at : at + 2_000]).astype(np.float16))
        self.vectors = np.concatenate(parts)

    def chunks(self, count: int) -> Callable[[], Iterator[Any]]:
        """The first so many papers, their numbers as ids."""

        def give() -> Iterator[Any]:
            for at in range(0, count, 16_384):
                end = min(at + 16_384, count)
                yield np.arange(at, end), self.vectors[at:end].astype(np.float32)

        return give

    def describe(self, papers: Any) -> list[Subject]:
        """What the map shows of these papers."""
        return [self.subjects[paper] for paper in papers]


def _subject(record: dict[str, Any]) -> Subject:
    taxonomy, year = load_taxonomy(), str(record.get("date") or "")[:4]
    for code in record.get("categories") or ():
        found = taxonomy.get(code)
        if found:
            above = taxonomy.ancestors(found.code)
            return Subject(record["title"], int(year) if year.isdigit() else None, (above[-1] if above else found).code)
    return Subject(record["title"], int(year) if year.isdigit() else None, "")


def timed(action: Callable[[], Any]) -> tuple[float, float, Any]:
    """Wall and CPU seconds of an action, and what it gave."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = action()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def measure_drawing(folder: Path, corpus: Corpus, threads: int) -> list[Figure]:
    count, codes = len(corpus.vectors), [field.code for field in load_taxonomy().fields]
    effort = Effort(threads=threads)
    most = count - LATER

    def draw(papers: int) -> Callable[[], Any]:
        return lambda: build(folder, corpus.chunks(papers), corpus.describe, codes, effort=effort)

    wall, cpu, _ = timed(draw(most))
    first = find_map(folder)
    assert first is not None
    figures = [
        Figure("drawn, wall", wall, "s"),
        Figure("drawn, CPU", cpu, "s", "< 300"),
        Figure("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, "MB", "< 2,000"),
        Figure("10 nearest of a paper among its 100 on the map", 100 * kept(corpus, first), "%"),
    ]
    wall, cpu, _ = timed(lambda: extend(folder, corpus.chunks(count), corpus.describe))
    figures.append(Figure(f"{LATER:,} papers placed, CPU", cpu, "s"))
    placed = find_map(folder)
    assert placed is not None
    wall, cpu, _ = timed(draw(count))
    again = find_map(folder)
    assert again is not None
    known = moved(first, again)
    return [
        *figures,
        Figure("drawn again, CPU", cpu, "s"),
        Figure("a paper moves when drawn again, median", 100 * float(np.median(known)), "% of the width"),
        Figure(
            "a placed paper moves when drawn again, median",
            100 * float(np.median(moved(placed, again, last=LATER))),
            "%",
        ),
        Figure("size on disk", sum(path.stat().st_size for path in (folder / again.version).iterdir()) / 1e6, "MB"),
    ]


def kept(corpus: Corpus, drawn: LiteratureMap) -> float:
    """Share of the ten nearest by cosine that are among the hundred nearest on the map, for a sample of papers."""
    import faiss

    chance = np.random.default_rng(1).choice(len(drawn.papers), SAMPLED, replace=False)
    near = {}
    for name, rows, k in (
        ("vectors", corpus.vectors[drawn.papers].astype(np.float32), 11),
        ("map", (drawn.xy.T / STEPS).astype(np.float32), 101),
    ):
        index = faiss.IndexFlatL2(rows.shape[1])
        index.add(np.ascontiguousarray(rows))
        near[name] = index.search(np.ascontiguousarray(rows[chance]), k)[1]
    pairs = zip(near["vectors"], near["map"], strict=True)
    return statistics.fmean(len(set(ours[1:]) & set(theirs)) / 10 for ours, theirs in pairs)


def moved(before: LiteratureMap, after: LiteratureMap, last: int = 0) -> Any:
    """How far papers of one map lie from their places on another, as parts of its width."""
    places = dict(zip(after.papers.tolist(), (after.xy.T / STEPS).tolist(), strict=True))
    rows = zip(before.papers.tolist()[-last:], (before.xy.T / STEPS).tolist()[-last:], strict=True)
    return np.array([np.hypot(*np.subtract(place, places[paper])) for paper, place in rows if paper in places])


class Quiet(WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def _no_cards(papers: Sequence[int]) -> list[Card]:  # noqa: ARG001 - there is no catalogue
    return []


def serve(data: Path) -> int:
    """The application over a data folder that holds a map and no catalogue; returns its port."""
    os.environ |= {"BROADSHEET_DATA": str(data), "DJANGO_SETTINGS_MODULE": "broadsheet.settings"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)
    from broadsheet.web import map as pages
    from broadsheet.web.wsgi import application

    pages.__dict__["list_cards"] = _no_cards
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_port)


RECORD = """() => {
  window.gaps = []; window.recording = true; let last;
  const tick = (now) => {
    if (last !== undefined) window.gaps.push(now - last);
    last = now;
    if (window.recording) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""


def measure_frames(port: int) -> list[Figure]:
    """Gaps between frames while the map is zoomed and dragged, and CPU a frame of Chromium's processes together."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        page = chromium.new_context(viewport={"width": WIDTH, "height": HEIGHT}).new_page()
        start = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/map")
        page.wait_for_selector(".map-names a.shown", timeout=120_000)
        ready = time.perf_counter() - start
        page.wait_for_timeout(2_000)
        figures = [Figure("map stands in the browser after", ready, "s")]
        for name, act in (("zooming in", zoom), ("dragging, near", drag), ("dragging, whole map", drag_all)):
            figures += frames(page, name, act)
        chromium.close()
    return figures


def zoom(page: Any) -> None:
    page.mouse.move(WIDTH / 2, 600)
    for _ in range(40):
        page.mouse.wheel(0, -60)
        page.wait_for_timeout(16)


def drag(page: Any) -> None:
    page.mouse.move(WIDTH / 2, 600)
    page.mouse.down()
    for step in range(80):
        page.mouse.move(WIDTH / 2 + 3 * step, 600 - 2 * step)
        page.wait_for_timeout(12)
    page.mouse.up()


def drag_all(page: Any) -> None:
    page.click("[data-do=home]")
    page.wait_for_timeout(900)
    page.mouse.move(WIDTH / 2, 600)
    for _ in range(6):
        page.mouse.wheel(0, -60)
    drag(page)


def frames(page: Any, name: str, act: Callable[[Any], None]) -> list[Figure]:
    page.evaluate(RECORD)
    before = chromium_cpu()
    act(page)
    gaps = sorted(page.evaluate("() => { window.recording = false; return window.gaps; }"))
    spent = (chromium_cpu() - before) / max(len(gaps), 1)
    return [
        Figure(f"{name}: frame, median", statistics.median(gaps), "ms"),
        Figure(f"{name}: frame, p95", gaps[int(len(gaps) * 0.95)], "ms", "< 50"),
        Figure(f"{name}: CPU a frame, all of Chromium", spent, "ms"),
    ]


def chromium_cpu() -> float:
    """CPU milliseconds of all Chromium processes so far."""
    spent = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"chromium" in (folder / "cmdline").read_bytes().split(b"\0")[0]:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                spent += int(fields[11]) + int(fields[12])
        except OSError:
            continue
    return spent * 1e3 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    shared = os.environ.get("BROADSHEET_SHARED", str(Path(__file__).parents[2] / "shared" / "data"))
    parser.add_argument("--shared", type=Path, default=Path(shared), help="folder of the development data")
    parser.add_argument("--papers", type=int, default=200_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-browser", action="store_true", help="leave the frames out")
    options = parser.parse_args()
    corpus = Corpus(options.shared / "corpus" / "papers-200k.jsonl.zst", options.papers)
    with tempfile.TemporaryDirectory() as data:
        figures = measure_drawing(Path(data) / "map", corpus, options.threads)
        if not options.no_browser:
            figures += measure_frames(serve(Path(data)))
    report(
        "map", figures, f"{len(corpus.vectors):,} papers of the development corpus, vectors of the shipped static model"
    )


if __name__ == "__main__":
    main()
