"""Search: from a reader's words to papers with their matches marked and told why."""

import pytest
from tests.fakes.models import WordModels

from broadsheet import indexing
from broadsheet.asking import Request, parse_request
from broadsheet.embedding import PaperText
from broadsheet.errors import Unavailable
from broadsheet.finding import Finder
from broadsheet.index import Reader
from broadsheet.ingest import ingest
from broadsheet.meaning import Meaning
from broadsheet.search import complete, search, search_by_example, similar
from broadsheet.store.catalogue import find_paper, list_cards
from broadsheet.store.models import CatalogueIdentity
from broadsheet.vectoring import Instant

pytestmark = pytest.mark.django_db

TEXTS = {
    "2601.00001": ("Repairing a car", "We mend the engine of a car. Oil is changed.", "cs.RO"),
    "2601.00002": ("Painting an automobile", "A new coat of red. The automobile shines.", "cs.RO"),
    "2601.00003": ("Tides of the northern sea", "Water rises and falls.", "physics.ao-ph"),
    "2601.00004": ("Doctors in the clinic", "How a doctor works in a clinic.", "q-bio.QM"),
}


@pytest.fixture
def finder(draft, tmp_path):
    CatalogueIdentity.objects.create()
    ingest([draft(key, title=t, abstract=a, categories=(c,)) for key, (t, a, c) in TEXTS.items()])
    models = WordModels()
    indexing.rebuild(tmp_path)
    Instant(tmp_path, models).catch_up()
    return Finder(Reader(tmp_path), Meaning(tmp_path, models.open))


def keys(found):
    return [match.card.key for match in found.matches]


def paper(key):
    return find_paper(key)[0]


def marked(pieces):
    return "".join(f"[{piece}]" if hit else piece for piece, hit in pieces)


def test_matches_are_marked_and_told_why(finder):
    found = search(finder, Request("car"))
    first = found.matches[0]
    assert first.card.key == "2601.00001"
    assert marked(first.title) == "Repairing a [car]"
    assert "[car]" in marked(first.snippet)
    assert first.why.words == ("car",)
    assert found.total == 2


def test_what_meaning_found_shows_its_nearest_sentence(finder):
    found = search(finder, Request("car"))
    second = found.matches[1]
    assert (second.card.key, second.why.by, second.why.words) == ("2601.00002", "meaning", ())
    assert marked(second.why.sentence) == "The automobile shines."


def test_facets_bear_the_names_of_what_they_stand_for(finder):
    fields = {each.value: (each.label, each.count) for each in search(finder, Request("car")).facets.fields}
    assert fields["cs"] == ("Computer Science", 2)


def test_a_misspelled_word_brings_a_suggestion_or_none(finder):
    assert isinstance(search(finder, Request("clinci")).suggestion, str)


def test_pages_and_cursor_lead_through_all(finder):
    whole = keys(search(finder, Request()))
    assert sorted(whole) == sorted(TEXTS)


def test_while_the_words_are_repaired_meaning_answers(finder, tmp_path):
    for path in tmp_path.glob("g*/*"):
        path.write_bytes(b"?")
    found = search(Finder(Reader(tmp_path), finder.meaning), Request("car"))
    assert set(keys(found)) == {"2601.00001", "2601.00002"}
    assert "repaired" in found.notes[0]


def test_without_any_index_the_newest_papers_are_shown_with_a_notice(finder, tmp_path):
    empty = tmp_path / "nothing"
    found = search(Finder(Reader(empty), Meaning(empty, WordModels().open)), Request("car"))
    assert sorted(keys(found)) == sorted(TEXTS)
    assert "repaired" in found.notes[0]


def test_similar_papers_are_near_in_meaning_and_not_the_paper_itself(finder):
    card = list_cards([paper("2601.00001")])[0]
    assert similar(finder, card, limit=1)[0].key == "2601.00002"
    assert {each.key for each in similar(finder, card, order="new", limit=9)} == set(TEXTS) - {"2601.00001"}


def test_an_example_may_be_a_paper_or_a_text(finder):
    assert keys(search_by_example(finder, [paper("2601.00001")], [], Request()))[0] == "2601.00002"
    by_text = search_by_example(finder, [PaperText("Physician, ward")], [], Request())
    assert keys(by_text)[0] == "2601.00004"


def test_what_is_not_wanted_counts_against(finder):
    both = [PaperText("car"), PaperText("doctor clinic")]
    nearest = keys(search_by_example(finder, both, [PaperText("doctor clinic")], Request()))
    assert nearest.index("2601.00001") < nearest.index("2601.00004")


def test_the_filters_of_an_example_hold(finder):
    asked = parse_request({"category": "physics"})
    assert keys(search_by_example(finder, [PaperText("car")], [], asked)) == ["2601.00003"]
    assert keys(search_by_example(finder, [PaperText("car")], [], parse_request({"sort": "votes"})))


def test_examples_without_vectors_are_refused_in_words(tmp_path):
    with pytest.raises(Unavailable, match="no vectors yet"):
        search_by_example(Finder(Reader(tmp_path), Meaning(tmp_path, WordModels().open)), [1], [], Request())


def test_completion_offers_titles(finder):
    assert complete(finder, "repair").titles
