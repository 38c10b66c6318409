"""Wording, venues and dating: what many sources share."""

import time
from datetime import date

import pytest

from broadsheet.drafts import PartialDate
from broadsheet.sources import dating, venues, wording


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("in the<i>Lyophyllum</i>sp. strain", "in the Lyophyllum sp. strain"),
        ("1<i>H</i>-indole and <b>B</b>ERT", "1H-indole and BERT"),
        ("Al<sub>2</sub>O<sub>3</sub> &amp; &#x3b1;", "Al2O3 & α"),
        (
            "at the<mml:math><mml:mi>N</mml:mi> <mml:mo>=</mml:mo><mml:mn>8</mml:mn></mml:math>nucleus",
            "at the N=8 nucleus",
        ),
        ("a < b and c > d, p<0.05", "a < b and c > d, p<0.05"),
        ("&lt;scp&gt;HVDC&lt;/scp&gt; &amp;lt; x", "HVDC &lt; x"),
        ("AT&T, Q&A", "AT&T, Q&A"),
        ("<p>One\n   more</p><p>Two<br/>lines</p>", "One more\n\nTwo lines"),
        (r"<jats:tex-math>\documentclass{m}\begin{document}$x^2$\end{document}</jats:tex-math>", "$x^2$"),
        ("<alternatives><tex-math>$x$</tex-math><mml:math><mml:mi>x</mml:mi></mml:math></alternatives>!", "$x$!"),
        ('<math><mi>x</mi><annotation encoding="application/x-tex">x_1</annotation></math>', "$x_1$"),
    ],
)
def test_marks_become_text(marked, plain):
    assert wording.plain(marked) == plain


@pytest.mark.parametrize(
    ("given", "abstract"),
    [
        ("Abstract. We look.", "We look."),
        ("Abstract We look.", "We look."),
        ("ABSTRACT\nWe look.", "We look."),
        ("Abstract Meaning Representation is a graph.", "Abstract Meaning Representation is a graph."),
        ("Abstract interpretation is sound.", "Abstract interpretation is sound."),
        ("<jats:title>Abstract</jats:title>\n<jats:title>Aim</jats:title><jats:p>We look.</jats:p>", "Aim: We look."),
    ],
)
def test_the_heading_abstract_is_left_out(given, abstract):
    assert wording.abstract(given) == abstract


@pytest.mark.parametrize(
    "hostile", ["<i>", "<math>", "<i ", "&lt;", "<title>", "<alternatives><tex-math>", "<p>", "&#"]
)
def test_marks_without_end_take_no_time(hostile):
    begun = time.process_time()
    wording.abstract(hostile * 500_000)
    assert time.process_time() - begun < 1


def test_titles_of_two_parts_and_names():
    assert wording.with_subtitle("Looking", "A Study") == "Looking: A Study"
    assert wording.with_subtitle("Looking?", "A Study") == "Looking? A Study"
    assert wording.with_subtitle("Looking: A Study", "a study") == "Looking: A Study"
    assert wording.reading_order("de Lind, J. K.") == "J. K. de Lind"
    assert wording.reading_order("Mira Okafor, Jr.") == "Mira Okafor, Jr."
    assert wording.reading_order("Institute of Sight, Department of Gaze and Vision") == (
        "Institute of Sight, Department of Gaze and Vision"
    )


@pytest.mark.parametrize("name", ["arXiv", "arXiv.org", "arXiv (Cornell)", "CoRR", "CoRR 2021", "bioRxiv", "SSRN"])
def test_preprint_servers_are_no_venues(name):
    assert venues.printed(name) == ""


@pytest.mark.parametrize("name", ["Nature", "Journal of Correlation", "ICLR 2025 Poster", "Archives of Sight"])
def test_venues(name):
    assert venues.printed(f" {name}\n") == name


def test_the_earliest_date_and_what_lies_within_it():
    year, month, day = dating.partial(2024), dating.partial("2024", "March"), dating.partial(2024, 3, 9)
    assert dating.earliest([year, day, month]) == day
    assert dating.earliest([day, dating.partial(2023), None]) == PartialDate(date(2023, 1, 1), "year")
    assert dating.earliest([]) is None
    assert dating.partial(2024, 13, 40) == year
    assert dating.partial(10**30) is None
