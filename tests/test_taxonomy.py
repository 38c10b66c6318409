"""arXiv's categories: complete, named, and old names resolved."""

import pytest

from broadsheet.taxonomy import Category, load


def test_every_category_has_a_name_and_a_place() -> None:
    taxonomy = load()
    leaves = [each for each in taxonomy.categories if not taxonomy.children(each.code)]
    assert len(leaves) == 149  # arXiv lists 155: six of them are aliases
    assert len({each.code for each in taxonomy.categories}) == len(taxonomy.categories)
    assert all(each.name and (each.parent is None or taxonomy.get(each.parent)) for each in taxonomy.categories)


def test_groups_stand_in_arxivs_order() -> None:
    taxonomy = load()
    assert taxonomy.groups == (
        "Computer Science",
        "Economics",
        "Electrical Engineering and Systems Science",
        "Mathematics",
        "Physics",
        "Quantitative Biology",
        "Quantitative Finance",
        "Statistics",
    )
    assert [each.code for each in taxonomy.children("grp_physics")] == [
        "astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin", "nucl-ex",
        "nucl-th", "physics", "quant-ph",
    ]  # fmt: skip


def test_categories_know_their_parents() -> None:
    taxonomy = load()
    assert taxonomy.get("cs.CL") == Category("cs.CL", "Computation and Language", "cs", "Computer Science")
    assert taxonomy.get("hep-th") == Category("hep-th", "High Energy Physics - Theory", "grp_physics", "Physics")
    assert [each.code for each in taxonomy.children("econ")] == ["econ.EM", "econ.GN", "econ.TH"]
    assert taxonomy.children("hep-th") == ()
    assert [each.code for each in taxonomy.ancestors("astro-ph.CO")] == ["astro-ph", "grp_physics"]
    assert taxonomy.ancestors("cs") == taxonomy.ancestors("unknown") == ()


@pytest.mark.parametrize(
    ("written", "code"),
    [("cs.ai", "cs.AI"), ("math.MP", "math-ph"), ("stat.TH", "math.ST"), ("cs.SY", "eess.SY"), ("math.IT", "cs.IT"),
     ("q-fin.EC", "econ.GN"), ("CS.NA", "math.NA"), ("cmp-lg", "cs.CL"), ("mtrl-th", "cond-mat.mtrl-sci"),
     ("bayes-an", "physics.data-an"), ("astro-ph", "astro-ph"), (" cs.LG ", "cs.LG"), ("cs.XX", None), ("", None)],
)  # fmt: skip
def test_codes_are_made_canonical(written: str, code: str | None) -> None:
    taxonomy = load()
    assert taxonomy.canonical(written) == code
    found = taxonomy.get(written)
    assert (found.code if found else None) == code
