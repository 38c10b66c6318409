"""Whatever is done to a folder of vectors, it answers as a plain dictionary would."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.index.vectors.plain import DIMENSIONS, SMALL, check_same, row

from broadsheet.index.vectors import Row, RowFilter, VectorReader, VectorWriter

CODES = ("cs", "cs.LG", "math", "math.AG", "stat", "eess", "hep-th", "q-bio", "econ", "econ.EM")
attributes = st.fixed_dictionaries(
    {
        "day": st.none() | st.integers(-3, 20_000),
        "categories": st.lists(st.sampled_from(CODES), max_size=3, unique=True).map(tuple),
        "venue": st.sampled_from(("", "neurips", "acl")),
        "has_code": st.booleans(),
    }
)
papers = st.integers(1, 40) | st.sampled_from((2_000_000, 2**40))
rows = st.builds(lambda paper, seed, more: row(paper, seed, **more), papers, st.integers(0, 9), attributes)
batches = st.tuples(st.just("apply"), st.lists(rows, max_size=12), st.lists(papers, max_size=4))
others = st.sampled_from((("compact",), ("reopen",), ("again",), ("clear",)))
steps = st.lists(batches | others, max_size=14)
filters = st.builds(
    RowFilter,
    category=st.sampled_from(("", *CODES, "never")),
    since=st.none() | st.integers(-1, 20_000),
    until=st.none() | st.integers(-1, 20_000),
    venue=st.sampled_from(("", "acl", "none")),
    has_code=st.booleans(),
    only=st.none() | st.lists(papers, max_size=6).map(lambda ids: np.array(ids, np.int64)),
)


class Folder:
    """A folder of vectors and the dictionary that it must equal."""

    def __init__(self, path: Path, precision) -> None:
        self.path, self.precision = path, precision
        self.reader = VectorReader(path)
        self.model: dict[int, Row] = {}
        self.last: tuple[list[Row], list[int]] = ([], [])
        self.batches = 0
        self.open()

    @property
    def watermark(self) -> str:
        return str(self.batches or "")

    def open(self) -> None:
        self.writer = VectorWriter.open(self.path, DIMENSIONS, precision=self.precision, sizes=SMALL)

    def apply(self, rows: list[Row], removed: list[int]) -> None:
        self.batches += 1
        self.last = rows, removed
        self.writer.apply(rows, removed, self.watermark)
        for paper in removed:
            self.model.pop(paper, None)
        self.model.update({each.paper_id: each for each in rows})

    def again(self) -> None:
        self.writer.apply(*self.last, self.watermark)

    def compact(self) -> None:
        self.writer.compact()
        assert not self.writer.compact()

    def reopen(self) -> None:
        self.writer.close()
        self.open()

    def clear(self) -> None:
        self.writer.clear()
        self.model, self.last, self.batches = {}, ([], []), 0
        assert self.writer.watermark == ""


@settings(max_examples=60, deadline=None)
@given(steps=steps, precision=st.sampled_from(("int8", "float16")), asked=st.lists(filters, max_size=3))
def test_a_folder_answers_as_a_dictionary_does(steps, precision, asked):
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(Path(path), precision)
        for name, *arguments in steps:
            getattr(folder, name)(*arguments)
            assert folder.writer.watermark == folder.watermark
            check_same(folder.reader, folder.model, [RowFilter(), *asked])
        folder.writer.close()
        check_same(VectorReader(Path(path)), folder.model, [RowFilter(), *asked])
