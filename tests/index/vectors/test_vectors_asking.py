"""Asking: filters, the scan over codes, several readers, and what is refused."""

import threading
import time

import numpy as np
import pytest
from tests.index.vectors.plain import DIMENSIONS, SMALL, check_same, row, vector

from broadsheet.errors import BadInput, Unavailable
from broadsheet.index.vectors import UNDATED, Busy, RowFilter, VectorReader, VectorWriter, opened
from broadsheet.index.vectors.scanning import nearest_codes

PAPERS = {
    1: row(1, day=10, categories=("cs.LG", "cs"), venue="neurips", has_code=True),
    2: row(2, day=20, categories=("cs.CL", "cs")),
    3: row(3, day=30, categories=("math.AG", "math"), venue="annals"),
    4: row(4, categories=("cs.LG", "cs"), has_code=True),
}


@pytest.fixture
def writer(folder):
    with VectorWriter.open(folder, DIMENSIONS, sizes=SMALL) as writer:
        yield writer


@pytest.fixture
def reader(folder, writer):
    writer.apply(list(PAPERS.values()), (), "four")
    return VectorReader(folder)


@pytest.mark.parametrize(
    ("within", "wanted"),
    [
        (RowFilter(), {1, 2, 3, 4}),
        (RowFilter(category="cs"), {1, 2, 4}),
        (RowFilter(category="cs.LG"), {1, 4}),
        (RowFilter(category="cs.LG", since=10), {1}),
        (RowFilter(category="q-bio"), set()),
        (RowFilter(since=20), {2, 3}),
        (RowFilter(until=20), {1, 2}),
        (RowFilter(since=20, until=20), {2}),
        (RowFilter(venue="annals"), {3}),
        (RowFilter(venue="nobody"), set()),
        (RowFilter(has_code=True), {1, 4}),
        (RowFilter(has_code=True, venue="neurips"), {1}),
        (RowFilter(only=np.array([3, 2, 3, 77])), {2, 3}),
        (RowFilter(only=np.array([3, 2]), category="math"), {3}),
        (RowFilter(only=np.array([], np.int64)), set()),
    ],
)
def test_a_filter_holds_for_all_that_is_found(reader, within, wanted):
    found = reader.nearest(vector(50), 10, within)
    assert set(found.papers.tolist()) == wanted
    assert (np.diff(found.cosines) <= 0).all()


def test_a_paper_is_nearest_to_itself_and_a_limit_is_kept(reader):
    found = reader.nearest(vector(3) * 5, 1)
    assert found.papers.tolist() == [3]
    assert found.cosines[0] == pytest.approx(1, abs=1e-5)
    assert len(reader.nearest(vector(3), 0).papers) == 0


def test_cosines_are_unknown_where_a_paper_has_no_row(reader):
    cosines = reader.cosines(vector(2), np.array([2, 99, -1, 2]))
    assert cosines == pytest.approx([1, np.nan, np.nan, 1], abs=1e-5, nan_ok=True)


def test_what_is_held_tells_digests_and_days(reader):
    held = reader.held()
    assert held.papers.tolist() == [1, 2, 3, 4]
    assert held.digests.tolist() == [11, 22, 33, 44]
    assert held.days.tolist() == [10, 20, 30, UNDATED]


def test_all_vectors_are_read_in_pieces(reader):
    pieces = list(reader.chunks(3))
    assert [piece.papers.tolist() for piece in pieces] == [[1, 2, 3], [4]]
    assert pieces[1].vectors[0] == pytest.approx(vector(4))


def test_attributes_change_without_the_text(reader, writer):
    writer.apply([row(2, day=20, categories=("stat",), has_code=True)], (), "five")
    assert reader.nearest(vector(1), 9, RowFilter(has_code=True)).papers.tolist().count(2) == 1
    assert 2 not in reader.nearest(vector(1), 9, RowFilter(category="cs")).papers
    assert reader.count() == 4


def test_a_batch_once_more_writes_nothing(reader, writer, folder):
    before = (folder / "state.json").read_bytes()
    writer.apply(list(PAPERS.values()), (99,), "four")
    assert (folder / "state.json").read_bytes() == before


def test_a_zero_vector_is_kept_and_has_no_likeness_to_anything(folder, writer):
    nothing = np.zeros(DIMENSIONS, np.float32)
    rows = [row(paper) for paper in range(1, 40)]
    writer.apply([*rows, type(rows[0])(40, nothing, 5)], (), "")
    reader = VectorReader(folder)
    assert reader.cosines(vector(1), np.array([40])) == pytest.approx([0], abs=0.02)
    assert reader.nearest(nothing, 3).cosines == pytest.approx([0, 0, 0])


@pytest.mark.parametrize("share", [1.0, 0.97, 0.6, 0.2, 0.01])
def test_the_scan_finds_the_rows_with_the_fewest_other_bits(share):
    chance = np.random.default_rng(5)
    codes = chance.integers(0, 256, (5_000, 8), np.uint8)
    query = chance.integers(0, 256, 8, np.uint8)
    passing = chance.random(5_000) < share
    distances = np.bitwise_count(codes ^ query).sum(axis=1)
    found = nearest_codes(query, codes, None if share == 1 else passing, 40)
    wanted = np.sort(distances[passing | (share == 1)])[:40]
    assert np.sort(distances[found]).tolist() == wanted.tolist()
    assert (np.diff(found) > 0).all()


def test_the_scan_finds_enough_where_all_that_passes_lies_far_away():
    chance = np.random.default_rng(6)
    codes = chance.integers(0, 256, (4_000, 8), np.uint8)
    query = np.zeros(8, np.uint8)
    distances = np.bitwise_count(codes).sum(axis=1)
    passing = distances >= np.median(distances)
    found = nearest_codes(query, codes, passing, 30)
    assert len(found) == 30
    assert np.sort(distances[found]).tolist() == np.sort(distances[passing])[:30].tolist()


@pytest.mark.parametrize("within", [RowFilter(), RowFilter(has_code=True), RowFilter(category="one")])
def test_by_codes_nearly_all_of_the_nearest_are_found(folder, monkeypatch, within):
    monkeypatch.setattr(opened, "_DIRECT", 0)
    topics = [vector(seed, 64) for seed in range(30)]
    rows = []
    for paper in range(3_000):
        mixed = 2 * topics[paper % 30] + vector(paper + 100, 64)
        rows.append(row(paper, has_code=paper % 11 > 3, categories=("one",) if paper % 7 == 0 else ()))
        rows[-1] = type(rows[-1])(paper, mixed / np.linalg.norm(mixed), 0, rows[-1].attributes)
    with VectorWriter.open(folder, 64) as writer:
        writer._sizes = SMALL
        writer.apply(rows, (), "")
    reader = VectorReader(folder)
    for at in range(10):
        query = rows[at * 17].vector
        ok = [each for each in rows if not within.has_code or each.attributes.has_code]
        ok = [each for each in ok if not within.category or within.category in each.attributes.categories]
        best = sorted(ok, key=lambda each: -float(each.vector @ query))[:10]
        found = reader.nearest(query, 10, within, rescore=300)
        assert len({each.paper_id for each in best} & set(found.papers.tolist())) >= 9


def test_without_vectors_the_reader_says_that_they_come(folder):
    reader = VectorReader(folder)
    for question in (reader.count, reader.watermark, reader.held, lambda: reader.nearest(vector(1), 1)):
        with pytest.raises(Unavailable, match="background"):
            question()


def test_a_second_writer_is_refused_until_the_first_closes(folder):
    with VectorWriter.open(folder, DIMENSIONS), pytest.raises(Busy):
        VectorWriter.open(folder, DIMENSIONS)
    VectorWriter.open(folder, DIMENSIONS).close()


@pytest.mark.parametrize("vectors", [vector(1, 24), np.full(DIMENSIONS, np.nan, np.float32)])
def test_what_is_no_vector_of_this_folder_is_refused(reader, writer, vectors):
    with pytest.raises(BadInput, match="paper 7"):
        writer.apply([type(PAPERS[1])(7, vectors, 1)], (1,), "no")
    with pytest.raises(BadInput, match="16 finite"):
        reader.nearest(vectors, 3)
    check_same(reader, PAPERS)


def test_dimensions_that_make_no_whole_bytes_are_refused(folder):
    with pytest.raises(BadInput, match="multiple of 8"):
        VectorWriter.open(folder, 100)


def test_another_model_begins_afresh(folder, reader, writer):
    writer.close()
    with VectorWriter.open(folder, 24) as other:
        assert other.watermark == ""
    assert reader.count() == 0


def test_another_precision_is_taken_on_by_compaction(folder, writer):
    rows = {paper: row(paper) for paper in range(1, 60)}
    writer.apply(list(rows.values()), (), "int8")
    writer.close()
    with VectorWriter.open(folder, DIMENSIONS, precision="float16", sizes=SMALL) as writer:
        assert writer.watermark == "int8"
        assert writer.compact()
        assert not writer.compact()
    check_same(VectorReader(folder), rows)


def test_a_new_centre_leaves_the_stored_numbers_as_they_are(folder, writer):
    writer.apply([row(paper) for paper in range(1, 21)], (), "")
    reader = VectorReader(folder)
    before = reader.vectors(np.arange(1, 21))[0]
    generation = list(folder.glob("g*"))
    writer.apply([row(paper) for paper in range(21, 100)], (), "")
    assert list(folder.glob("g*")) != generation
    assert np.array_equal(reader.vectors(np.arange(1, 21))[0], before)


def test_what_a_reader_gives_can_be_given_back(folder, writer):
    """Attributes change without the model: the vectors that are held are written again, and stay as they are."""
    writer.apply([row(paper) for paper in range(1, 50)], (), "")
    reader = VectorReader(folder)
    before = reader.vectors(np.arange(1, 50))[0]
    writer.apply([type(PAPERS[1])(paper, before[paper - 1], 0) for paper in range(1, 50)], (), "")
    assert np.abs(reader.vectors(np.arange(1, 50))[0] - before).max() < 1e-6


def test_threads_read_while_a_writer_writes(folder, writer):
    """Every answer is that of some commit: batches of ten papers are seen whole or not at all."""
    writer.apply([row(paper) for paper in range(10)], (), "0")
    reader, stop, wrong = VectorReader(folder), threading.Event(), []

    def ask():
        while not stop.is_set():
            try:
                held = reader.held().papers.tolist()
                found = reader.nearest(vector(1), 1_000)
                ok = len(held) % 10 == 0 and sorted(held) == list(range(len(held)))
                ok = ok and len(found.papers) % 10 == 0 and np.isfinite(found.cosines).all()
            except Exception as error:
                ok = error
            if isinstance(ok, Exception) or not ok:
                wrong.append(ok)
            time.sleep(0.001)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for batch in range(1, 8):
        writer.apply([row(paper) for paper in range(batch * 10, batch * 10 + 10)], (), str(batch))
        writer.apply([row(paper, paper + 1) for paper in range(batch * 10)], (), str(batch))
        writer.compact()
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert reader.count() == 80
