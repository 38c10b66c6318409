"""Labels: regions are named by their own words, written as people write them, and no two share a name."""

import numpy as np
import pytest

from broadsheet.mapping.labels import name_regions
from broadsheet.mapping.regions import Level
from broadsheet.mapping.titlewords import read_titles


def level_of(members):
    members = np.array(members, np.int32)
    sizes = np.bincount(members)
    return Level(members, np.zeros((len(sizes), 2), np.float32), sizes, np.ones(len(sizes), np.float32))


def named(groups, **options):
    """Labels of groups of titles."""
    titles = [title for group in groups for title in group]
    members = [number for number, group in enumerate(groups) for _ in group]
    return name_regions(read_titles(titles), level_of(members), None, options.pop("used", set()), **options)


def test_each_subject_is_named_by_its_own_words(literature):
    titles = read_titles(literature.titles)
    labels = name_regions(titles, level_of(literature.kinds), None, set())
    assert [label.split(",")[0] for label in labels] == ["Black holes", "Protein folding", "Graph coloring"]


def test_no_two_regions_share_a_term(literature):
    titles = read_titles(literature.titles)
    halves = level_of(literature.kinds + 3 * (np.arange(300) // 150))
    terms = [term for label in name_regions(titles, halves, None, set()) for term in label.split(", ") if term]
    assert len(terms) == len(set(terms))


def test_a_part_of_a_region_does_not_repeat_its_name():
    used = set()
    named([["Large language models"] * 9, ["Steel bridges"] * 9], used=used)
    assert ("large", "language", "model") in used
    assert named([["Language models for poetry"] * 9, ["Steel bridges in wind"] * 9], used=used) == ["Poetry", "Wind"]


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("On BERT", "BERT"),
        ("A note on the Higgs boson and its decay", "Higgs boson"),
        ('Nonlinear Schr\\"odinger equations revisited', "Nonlinear Schrödinger equations"),
        ("Studies of $x^2$ in superfluids", "Superfluids"),
        ("Multi-Agent Systems", "Multi-agent systems"),
        ("Gravitational Waves: An Overview", "Gravitational waves"),
    ],
)
def test_terms_are_written_as_people_write_them(title, label):
    assert named([[title] * 9, ["Bread of old ovens"] * 9])[0].split(", ")[0] == label


def test_titles_that_tell_nothing_give_no_name():
    assert named([["On the of"] * 5, [""] * 5]) == ["", ""]


def test_a_wide_region_gets_more_than_one_term():
    titles = [f"{word} in the sea" for word in ("Whales", "Whales", "Corals", "Corals", "Tides", "Tides") * 3]
    label = named([titles, ["Old bread ovens"] * 18], fewest=2)[0]
    assert label.count(", ") >= 1
