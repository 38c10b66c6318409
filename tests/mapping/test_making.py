"""Making: a map from vectors, places for what comes later, and nothing left of what is gone."""

import numpy as np
import pytest

from broadsheet.errors import Unavailable
from broadsheet.mapping.files import STEPS, find_map
from broadsheet.mapping.making import build, extend

CODES = ("physics", "q-bio", "math")


def places_by_paper(drawn):
    return {int(paper): place for paper, place in zip(drawn.papers, drawn.xy.T / STEPS, strict=True)}


@pytest.fixture
def folder(tmp_path, literature, quick):
    """A map of all but the last thirty papers."""
    build(tmp_path, literature.chunks(leave_out=30), literature.describe, CODES, effort=quick)
    return tmp_path


def test_a_map_holds_every_paper_with_field_year_and_region(folder, literature):
    drawn = find_map(folder)
    assert sorted(drawn.papers.tolist()) == literature.ids[:270].tolist()
    assert drawn.projected == 270
    of = {int(paper): (int(f), int(y)) for paper, f, y in zip(drawn.papers, drawn.fields, drawn.years, strict=True)}
    assert of[100] == (255, 200)
    assert of[101] == (1, 201)
    assert of[103][1] == 0
    labels = {region.label.split(",")[0] for region in drawn.levels[0]}
    assert {"Black holes", "Protein folding", "Graph coloring"} & labels
    assert sum(region.size for region in drawn.levels[0]) == 270


def test_papers_lie_in_no_order(folder):
    papers = find_map(folder).papers
    assert 100 < np.median(papers[:40]) < 370
    assert np.abs(np.diff(papers)).mean() > 20


def test_new_papers_are_placed_among_their_like(folder, literature):
    before = find_map(folder)
    drawn = extend(folder, literature.chunks(), literature.describe)
    assert (drawn.papers, drawn.new) == (300, 30)
    after = find_map(folder)
    np.testing.assert_array_equal(after.xy[:, :270], before.xy)
    assert after.projected == 270
    places = places_by_paper(after)
    middles = [
        np.mean([places[p] for p in range(100, 370) if literature.kinds[p - 100] == kind], axis=0) for kind in range(3)
    ]
    nearest = [int(np.argmin([np.linalg.norm(places[p] - m) for m in middles])) for p in range(370, 400)]
    assert np.mean(np.array(nearest) == literature.kinds[270:]) > 0.9
    assert sum(region.size for region in after.levels[0]) == 300


def test_without_news_the_version_stays(folder, literature):
    first = extend(folder, literature.chunks(), literature.describe)
    assert extend(folder, literature.chunks(), literature.describe).version == first.version


def test_papers_that_are_gone_leave_the_map(folder, literature):
    extend(folder, literature.chunks(leave_out=50), literature.describe)
    drawn = find_map(folder)
    assert len(drawn.papers) == 250
    assert drawn.projected == 250


def test_a_map_drawn_again_keeps_places(folder, literature, quick):
    before = places_by_paper(find_map(folder))
    drawn = build(folder, literature.chunks(), literature.describe, CODES, effort=quick)
    assert (drawn.papers, drawn.new) == (300, 30)
    after = places_by_paper(find_map(folder))
    assert np.median([np.linalg.norm(after[paper] - place) for paper, place in before.items()]) < 0.1


def test_a_damaged_map_is_drawn_anew(folder, literature, quick):
    (folder / find_map(folder).version / "points.bin").write_bytes(b"")
    build(folder, literature.chunks(), literature.describe, CODES, effort=quick)
    assert len(find_map(folder).papers) == 300


def test_too_few_papers_and_no_map_are_explained(tmp_path, literature):
    with pytest.raises(Unavailable, match="at least 8"):
        build(tmp_path, literature.chunks(leave_out=295), literature.describe, CODES)
    with pytest.raises(Unavailable, match="no map yet"):
        extend(tmp_path, literature.chunks(), literature.describe)
    assert find_map(tmp_path) is None
