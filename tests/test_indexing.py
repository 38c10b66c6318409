"""Indexing: the index follows the catalogue it was built from, and no other."""

import pytest
from tests.index.answers import TextQuery, answer

from broadsheet import indexing
from broadsheet.errors import Unavailable
from broadsheet.index import Busy, Reader, Writer
from broadsheet.ingest import ingest
from broadsheet.store.models import CatalogueIdentity

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def identity():
    CatalogueIdentity.objects.create()


def test_an_index_knows_its_catalogue(draft, tmp_path):
    ingest([draft()])
    assert not indexing.is_own(tmp_path)
    assert indexing.rebuild(tmp_path) == 1
    assert indexing.is_own(tmp_path)
    assert answer(Reader(tmp_path), TextQuery("scanpaths")).total == 1


def test_the_index_of_another_catalogue_is_refused_and_built_anew(draft, tmp_path):
    ingest([draft()])
    indexing.rebuild(tmp_path)
    CatalogueIdentity.objects.all().delete()
    CatalogueIdentity.objects.create()
    assert not indexing.is_own(tmp_path)
    with pytest.raises(Unavailable, match="another catalogue"):
        indexing.follow(tmp_path)
    indexing.rebuild(tmp_path)
    assert indexing.is_own(tmp_path)


def test_who_finds_the_index_busy_leaves_it_to_the_other(tmp_path):
    with Writer.open(tmp_path):
        with pytest.raises(Busy):
            indexing.follow(tmp_path)
        assert indexing.follow_if_free(tmp_path) is None
