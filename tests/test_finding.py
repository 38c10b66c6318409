"""Finding: words and meaning in one answer, over an index of a few papers."""

from dataclasses import replace
from datetime import date

import pytest
from tests.fakes.models import WordModel

from broadsheet.embedding import PaperText
from broadsheet.errors import BadInput, Unavailable
from broadsheet.finding import Finder, Question
from broadsheet.index import Filters, IndexDocument, Reader, Writer, days_since_epoch
from broadsheet.index.spaces import Chosen, Spaces, vectors_folder, write_spaces
from broadsheet.index.vectors import Attributes, Row, VectorWriter
from broadsheet.meaning import Meaning

TEXTS = (
    ("Repairing a car", "We mend the engine of a car.", "cs.RO", 2020),
    ("Painting an automobile", "A new coat of red.", "cs.RO", 2021),
    ("Tides of the northern sea", "Water rises and falls.", "physics.ao-ph", 2022),
    ("Doctors in the clinic", "How a doctor works in a clinic.", "q-bio.QM", 2023),
    ("A car for the clinic", "Driving to the clinic by car.", "cs.CY", 2024),
)


def document(number, title, abstract, category, year):
    return IndexDocument(
        paper_id=number,
        key=f"2601.0000{number}",
        title=title,
        abstract=abstract,
        authors=("Mira Okafor",),
        identifiers=(f"2601.0000{number}",),
        categories=(category, category.partition(".")[0]),
        published=days_since_epoch(date(year, 1, 1)),
        votes=10 * number,
        hot=float(number),
    )


def put_vectors(folder, model, texts, first=1):
    with VectorWriter.open(vectors_folder(folder, model.space.id), model.space.dimensions) as writer:
        rows = []
        for number, (title, abstract, category, year) in enumerate(texts, start=first):
            text = PaperText(title, abstract)
            attributes = Attributes(days_since_epoch(date(year, 1, 1)), (category, category.partition(".")[0]))
            rows.append(Row(number, model.embed_papers([text])[0], text.digest, attributes))
        writer.apply(rows, (), "")


@pytest.fixture
def models():
    return {"instant": WordModel(), "quality": WordModel("better", "builtin")}


@pytest.fixture
def index(tmp_path):
    """The papers, by words alone."""
    with Writer.rebuild(tmp_path) as writer:
        writer.apply([document(number, *text) for number, text in enumerate(TEXTS, start=1)], (), "")
    return tmp_path


@pytest.fixture
def finder(index, models):
    put_vectors(index, models["instant"], TEXTS)
    write_spaces(index, Spaces(Chosen(models["instant"].space.id, "instant")))
    return make(index, models)


def make(index, models):
    return Finder(Reader(index), Meaning(index, lambda choice, _: models[choice]))


def found(finder, words="", **changes):
    return [row.paper_id for row in finder.find(Question(words, **changes)).rows]


def test_words_alone_find_where_there_are_no_vectors(index, models):
    assert set(found(make(index, models), "car")) == {1, 5}


def test_meaning_finds_what_the_words_do_not_name(finder):
    answer = finder.find(Question("car"))
    ways = {row.paper_id: row.by for row in answer.rows}
    assert ways[2] == "meaning"
    assert {ways[1], ways[5]} <= {"words", "both"}
    assert 3 not in ways
    assert answer.total == 3


def test_an_identifier_and_a_whole_title_come_first(finder):
    for words in ("2601.00003", "Tides of the northern sea"):
        first = finder.find(Question(words)).rows[0]
        assert (first.paper_id, first.by) == (3, "name")


def test_where_no_paper_holds_a_word_the_nearest_are_shown_and_said_to_be_so(finder):
    answer = finder.find(Question("hospital ward"))
    assert {row.by for row in answer.rows} == {"meaning"}
    assert "No paper holds any of these words" in answer.notes[0]


def test_filters_hold_for_both(finder):
    assert found(finder, "car", filters=Filters(category="cs.CY")) == [5]
    assert set(found(finder, "car", filters=Filters(category="cs"))) == {1, 2, 5}
    assert found(finder, "car", filters=Filters(since=date(2021, 1, 1), until=date(2021, 12, 31))) == [2]


def test_what_only_words_can_say_holds_for_meaning_too(finder):
    assert 2 not in found(finder, "car -painting")
    assert set(found(finder, 'car "the clinic"')) <= {4, 5}
    assert found(finder, "car author:nobody") == []


def test_the_quality_model_re_scores_what_it_knows_and_guesses_the_rest(index, models, finder):
    put_vectors(index, models["quality"], TEXTS[:1])
    write_spaces(
        index,
        Spaces(Chosen(models["instant"].space.id, "instant"), Chosen(models["quality"].space.id, "quality")),
    )
    assert set(found(finder, "car")) == {1, 2, 5}


def test_a_foreign_quality_model_is_weighed_by_places_not_by_cosines(index, models, finder):
    models["quality"] = WordModel("strange", "onnx")
    put_vectors(index, models["quality"], TEXTS)
    write_spaces(
        index,
        Spaces(Chosen(models["instant"].space.id, "instant"), Chosen(models["quality"].space.id, "quality")),
    )
    assert found(finder, "automobile")[0] == 2


def test_a_model_that_fails_leaves_the_words(index, models, finder):
    models["instant"].down = True
    assert set(found(finder, "car")) == {1, 5}


def test_a_model_that_is_missing_is_said_so(index, models, finder):
    def refuse(choice, folder):
        raise Unavailable("The file is gone.")

    answer = Finder(Reader(index), Meaning(index, refuse)).find(Question("car"))
    assert {row.paper_id for row in answer.rows} == {1, 5}
    assert "missing" in " ".join(answer.notes)


def test_damaged_vectors_leave_the_words(index, models, finder):
    for path in vectors_folder(index, models["instant"].space.id).rglob("*"):
        if path.is_file():
            path.write_bytes(b"?")
    answer = finder.find(Question("car"))
    assert {row.paper_id for row in answer.rows} == {1, 5}
    assert "made anew" in answer.notes[-1]


def test_without_the_index_of_words_meaning_still_finds(index, models, finder):
    answer = finder.find_by_meaning(Question("car"))
    assert {row.paper_id for row in answer.rows} == {1, 2, 5}
    assert "repaired" in answer.notes[0]


@pytest.mark.parametrize(("order", "expected"), [("new", [5, 1]), ("votes", [5, 1]), ("hot", [5, 1])])
def test_other_orders_hold_those_with_all_the_words(finder, order, expected):
    assert found(finder, "car", order=order) == expected


def test_without_words_everything_newest_first(finder):
    assert found(finder) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("order", ["relevance", "new", "votes", "hot"])
@pytest.mark.parametrize("words", ["", "car", "the clinic"])
def test_cursors_lead_to_the_end_and_show_each_paper_once(finder, order, words):
    seen, cursor = [], ""
    for _ in range(9):
        answer = finder.find(Question(words, order=order, limit=2, cursor=cursor))
        seen += [row.paper_id for row in answer.rows]
        cursor = answer.cursor
        if not cursor:
            break
    assert cursor == ""
    assert len(seen) == len(set(seen)) == answer.total


def test_a_cursor_finds_its_place_again_when_a_paper_has_come_between(finder, index, models):
    first = finder.find(Question("car clinic", limit=2))
    late = ("A car and a clinic", "Car, clinic, car, clinic.", "cs.CY", 2025)
    put_vectors(index, models["instant"], [late], first=6)
    with Writer.open(index) as writer:
        writer.apply([document(6, *late)], (), "")
    second = finder.find(Question("car clinic", limit=2, cursor=first.cursor))
    assert not {row.paper_id for row in first.rows} & {row.paper_id for row in second.rows}


@pytest.mark.parametrize("cursor", ["x", "r", "rx-1", "r-1-2", "r1", "n1_x", "votes", "r99999999999-1", "v5_1"])
def test_a_cursor_that_is_none_is_refused(finder, cursor):
    with pytest.raises(BadInput, match="first page"):
        finder.find(Question("car", cursor=cursor))


def test_facets_count_the_whole_answer(finder):
    facets = finder.find(Question("car", facets=True)).facets
    assert dict(facets.fields)["cs"] == 3
    assert dict(facets.years)[2021] == 1


def test_a_page_too_deep_is_refused(finder):
    with pytest.raises(BadInput, match="next page"):
        finder.find(Question("car", offset=100_001))


def test_a_paper_added_later_is_found_by_words_and_meaning(finder, index, models):
    found(finder, "car")
    late = ("An automobile of glass", "It is blue.", "cs.RO", 2025)
    put_vectors(index, models["instant"], [late], first=7)
    assert 7 in found(finder, "car")


def test_nonsense_finds_nothing(finder):
    answer = finder.find(Question("qwxzy"))
    assert (answer.rows, answer.total, answer.cursor) == ((), 0, "")


def test_where_a_name_is_asked_for_a_paper_that_holds_all_words_comes_before_nearer_ones(tmp_path, models):
    texts = [(f"The car {number}", "A car.", "cs.CY", 2024) for number in range(10)]
    texts += [("A clinic by the sea", "The sea rises and falls with the moon. A car.", "cs.CY", 2024)]
    papers = [replace(document(n, *text), authors=("Ngozi Adichie",)) for n, text in enumerate(texts, start=1)]
    with Writer.rebuild(tmp_path) as writer:
        writer.apply([*papers, document(12, "A clinic", "", "cs.CY", 2024)], (), "")
    put_vectors(tmp_path, models["instant"], texts)
    write_spaces(tmp_path, Spaces(Chosen(models["instant"].space.id, "instant")))
    first = make(tmp_path, models).find(Question("Adichie clinic car")).rows[0]
    assert (first.paper_id, first.by) == (11, "both")


def test_facets_and_total_agree(finder):
    for words in ("car", "clinic", "2601.00003", ""):
        answer = finder.find(Question(words, facets=True))
        assert answer.facets.papers == answer.total == finder.find(Question(words)).total
