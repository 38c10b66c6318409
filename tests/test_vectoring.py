"""Vectoring: the vectors follow the catalogue, whatever happens on the way."""

import threading
import time
from datetime import date

import numpy as np
import pytest
from tests.fakes.models import WordModel, WordModels

from broadsheet import vectoring
from broadsheet.drafts import PartialDate
from broadsheet.embedding.static import FILE
from broadsheet.errors import Unavailable
from broadsheet.identifying import join
from broadsheet.index.spaces import read_spaces, vectors_folder, write_spaces
from broadsheet.index.vectors import RowFilter, VectorReader
from broadsheet.ingest import ingest
from broadsheet.store.catalogue import find_paper
from broadsheet.store.models import CatalogueIdentity
from broadsheet.store.query import rows
from broadsheet.vectoring import Instant, Quality

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True, serialized_rollback=True)
"""The change log shows what is committed, and no more."""


@pytest.fixture(autouse=True)
def identity():
    CatalogueIdentity.objects.create()


def papers() -> set[int]:
    return {row[0] for row in rows("SELECT id FROM paper WHERE merged_into IS NULL")}


def follow_until(instant, reached) -> None:
    """Follow the log until it has come so far: it waits for every older transaction of the server to end."""
    deadline = time.monotonic() + 30
    while not reached() and time.monotonic() < deadline:
        instant.catch_up()
        time.sleep(0.05)


def held(index, tier="instant"):
    chosen = getattr(read_spaces(index), tier)
    return VectorReader(vectors_folder(index, chosen.space)).held()


def fill(index, models, stop=None):
    return Quality(index, models).fill(stop or threading.Event())


@pytest.fixture
def three(draft):
    """Three papers in the catalogue."""
    ingest([draft(f"2601.0000{n}", title=f"Paper about subject{n}") for n in (1, 2, 3)])


def test_a_first_run_makes_vectors_of_all_papers_and_puts_them_into_use(three, tmp_path):
    assert Instant(tmp_path, WordModels()).catch_up() == 3
    assert set(held(tmp_path).papers.tolist()) == papers()


def test_a_second_run_has_nothing_to_do(three, tmp_path):
    models = WordModels()
    Instant(tmp_path, models).catch_up()
    assert Instant(tmp_path, models).catch_up() == 0
    assert len(models.instant.embedded) == 3


@committed
def test_new_and_changed_papers_follow(three, draft, tmp_path):
    models = WordModels()
    instant = Instant(tmp_path, models)
    instant.catch_up()
    changed = draft("2601.00001", title="Another title", payload_hash="another")
    ingest([draft("2601.00009", title="A late one"), changed])
    follow_until(instant, lambda: set(held(tmp_path).papers.tolist()) == papers())
    assert set(held(tmp_path).papers.tolist()) == papers()
    reader = VectorReader(vectors_folder(tmp_path, read_spaces(tmp_path).instant.space))
    best = reader.nearest(models.instant.embed_query("A late one"), 1)
    assert best.papers.tolist() == [find_paper("2601.00009")[0]]


def test_rows_can_be_filtered_by_what_the_catalogue_knows(three, tmp_path):
    models = WordModels()
    Instant(tmp_path, models).catch_up()
    reader = VectorReader(vectors_folder(tmp_path, read_spaces(tmp_path).instant.space))
    query = models.instant.embed_query("paper about subject1")
    assert len(reader.nearest(query, 9, RowFilter(category="cs")).papers) == 3
    assert len(reader.nearest(query, 9, RowFilter(category="math.AP")).papers) == 0


def test_another_static_model_takes_over_when_its_vectors_are_complete(three, tmp_path):
    Instant(tmp_path, WordModels()).catch_up()
    before = read_spaces(tmp_path).instant
    Instant(tmp_path, WordModels(WordModel("newer"))).catch_up()
    after = read_spaces(tmp_path).instant
    assert after.space != before.space
    assert (vectors_folder(tmp_path, after.space) / "model" / FILE).read_text() == "newer"
    assert set(held(tmp_path).papers.tolist()) == papers()


def test_the_vectors_of_another_catalogue_are_made_anew(three, tmp_path):
    Instant(tmp_path, WordModels()).catch_up()
    CatalogueIdentity.objects.all().delete()
    CatalogueIdentity.objects.create()
    assert Instant(tmp_path, WordModels()).catch_up() == 3


def test_damaged_vectors_are_made_anew(three, tmp_path):
    Instant(tmp_path, WordModels()).catch_up()
    folder = vectors_folder(tmp_path, read_spaces(tmp_path).instant.space)
    for path in folder.rglob("*"):
        if path.is_file() and path.parent.name != "model":
            path.write_bytes(b"\x00garbage")
    assert Instant(tmp_path, WordModels()).catch_up() == 3
    assert set(held(tmp_path).papers.tolist()) == papers()


def test_the_quality_space_is_filled_newest_first(draft, tmp_path, monkeypatch):
    monkeypatch.setattr(vectoring, "BATCH", 1)
    days = {n: PartialDate(date(2020 + n, 1, 1)) for n in (1, 3, 2)}
    ingest([draft(f"2601.0000{n}", title=f"Of year {n}", published=day) for n, day in days.items()])
    models = WordModels(quality=WordModel("better", "builtin"))
    Instant(tmp_path, models).catch_up()
    assert fill(tmp_path, models) == 3
    assert models.quality.embedded == ["Of year 3", "Of year 2", "Of year 1"]
    assert set(held(tmp_path, "quality").papers.tolist()) == papers()


@committed
def test_what_is_done_stays_done_and_only_changed_texts_are_embedded_again(three, draft, tmp_path):
    models = WordModels(quality=WordModel("better", "builtin"))
    instant = Instant(tmp_path, models)
    instant.catch_up()
    fill(tmp_path, models)
    assert fill(tmp_path, models) == 0
    ingest([draft("2601.00001", title="Another title", payload_hash="another")])
    follow_until(instant, lambda: "Another title" in models.instant.embedded)
    assert fill(tmp_path, models) == 1
    assert models.quality.embedded[-1] == "Another title"


def test_an_endpoint_that_is_down_loses_nothing(three, tmp_path):
    models = WordModels(quality=WordModel("better", "builtin", down=True))
    Instant(tmp_path, models).catch_up()
    with pytest.raises(Unavailable, match="does not answer"):
        fill(tmp_path, models)
    models.quality.down = False
    assert fill(tmp_path, models) == 3


def test_a_stop_is_obeyed(three, tmp_path):
    models = WordModels(quality=WordModel("better", "builtin"))
    Instant(tmp_path, models).catch_up()
    stop = threading.Event()
    stop.set()
    assert fill(tmp_path, models, stop) == 0


def test_another_quality_model_takes_over_when_it_is_full_and_the_old_one_serves_till_then(three, tmp_path):
    models = WordModels(quality=WordModel("better", "builtin"))
    Instant(tmp_path, models).catch_up()
    fill(tmp_path, models)
    models.quality = WordModel("best", "onnx", down=True)
    with pytest.raises(Unavailable):
        fill(tmp_path, models)
    assert read_spaces(tmp_path).quality.choice == "better"
    models.quality.down = False
    fill(tmp_path, models)
    assert read_spaces(tmp_path).quality.choice == "best"
    folders = {path.name for path in vectors_folder(tmp_path).iterdir() if path.is_dir()}
    assert folders == {chosen.space for chosen in (read_spaces(tmp_path).instant, read_spaces(tmp_path).quality)}


def test_without_a_quality_model_the_tier_goes_out_of_use(three, tmp_path):
    models = WordModels(quality=WordModel("better", "builtin"))
    Instant(tmp_path, models).catch_up()
    fill(tmp_path, models)
    models.quality = None
    assert fill(tmp_path, models) == 0
    assert read_spaces(tmp_path).quality is None


@committed
def test_a_paper_that_is_gone_loses_its_vectors(three, tmp_path):
    models = WordModels(quality=WordModel("better", "builtin"))
    instant = Instant(tmp_path, models)
    instant.catch_up()
    fill(tmp_path, models)
    first, second = sorted(papers())[:2]
    keys = dict(rows("SELECT id, key FROM paper"))
    join(keys[first], keys[second])
    follow_until(instant, lambda: set(held(tmp_path).papers.tolist()) == papers())
    fill(tmp_path, models)
    assert set(held(tmp_path).papers.tolist()) == papers()
    assert set(held(tmp_path, "quality").papers.tolist()) == papers()


def test_a_damaged_note_of_the_spaces_is_written_anew(three, tmp_path):
    Instant(tmp_path, WordModels()).catch_up()
    (vectors_folder(tmp_path) / "spaces.json").write_text("{")
    with pytest.raises(Unavailable, match=r"spaces\.json"):
        read_spaces(tmp_path)
    Instant(tmp_path, WordModels()).catch_up()
    assert read_spaces(tmp_path).instant is not None


def test_spaces_are_read_as_they_were_written(tmp_path):
    spaces = read_spaces(tmp_path)
    assert (spaces.instant, spaces.quality) == (None, None)
    write_spaces(tmp_path, spaces)
    assert read_spaces(tmp_path) == spaces


def test_vectors_have_the_digest_of_their_text(three, tmp_path):
    Instant(tmp_path, WordModels()).catch_up()
    assert np.unique(held(tmp_path).digests).size == 3
