"""Papers by an enemy: their pages and every list they stand in answer, and nothing of theirs becomes markup."""

import re
from datetime import UTC, datetime

import pytest
from lxml import html

from broadsheet.drafts import Counts, Draft, DraftLink, EditionPlace, Identifier, Organisation, PrintedAuthor
from broadsheet.ingest import ingest
from broadsheet.web import rendering

pytestmark = pytest.mark.django_db

ELEMENTS = """
svg rect i q strong nobr blockquote aside textarea meter
html head meta title link script body a header p nav ul li form label input button main footer b dialog h1 h2 dl dt dd
kbd article span code div section details summary table caption tbody tr th td pre ol select option mark math semantics
annotation mrow mi mo mn msup msub msubsup mfrac msqrt mtext mspace mover munder mstyle mpadded mroot munderover mtable
mtr mtd menclose mphantom merror
"""
ATTRIBUTES = """
lang charset name content href rel type src defer class id action role for placeholder maxlength value autocomplete
tabindex aria-label aria-labelledby aria-current aria-hidden aria-describedby title dir property method scope hidden
data-copy data-list data-style start selected inputmode size rows cols open form required autocapitalize minlength max
"""
IN_MATH = """
xmlns encoding display stretchy separator fence accent accentunder mathvariant lspace rspace width height voffset depth
linethickness minsize maxsize movablelimits scriptlevel displaystyle columnalign columnspacing rowspacing symmetric form
mathcolor mathbackground notation mathsize largeop
"""

IN_DRAWING = "viewbox preserveaspectratio width height x y"

HOSTILE = {
    "script": "<script>alert(1)</script></title><script>alert(2)</script>",
    "breakout": '"\'><img src=x onerror=alert(1)><svg/onload=alert(1)> " onmouseover="alert(1)" x="',
    "comment": "--> <!-- </article></main></body> ]]> <![CDATA[ {% raise %} {{ 7*7 }}",
    "entities": "&lt;script&gt; &#60;img src=x&#62; &amp;amp; %3Cscript%3E",
    "bidi": "Safe \u202egnp.exe\u202c and \u2066isolated\u2069 and \u200fmarked\u200e",
    "unseen": "Nul\x00l and \x1b[31mescape\x07 \u200b\ufeff\U000e0041 tags",
    "surrogates": "Broken \ud800 half \udfff pairs",
    "mojibake": b"caf\xc3\xa9 \xff\xfe \x80\x93".decode("utf-8", "surrogateescape"),
    "href": r"$\href{javascript:alert(1)}{click}$ and $\url{javascript:alert(1)}$ and $\includegraphics{x}$",
    "html": r"$\htmlClass{x}{y} \htmlStyle{color:red}{z} \htmlData{a=b}{c}$",
    "char": r"$\char60 script\char62$ $\text{<script>alert(1)</script>}$",
    "macros": r"$\def\a{\a\a}\a$ $\newcommand{\b}{<b>}\b$",
    "nested": "$" + "{" * 400 + "x" + "}" * 400 + "$",
    "dollars": "$" * 900,
    "many": "$x$ " * 250,
    "tall": r"$\rule{99em}{999em} \raisebox{99em}{x} \kern-999em y$",
    "wide": "W" * 1000,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈🇺🇳 🤖" * 20,
    "arabic": "دراسة في مسارات النظر (GPT-4) 2026",
    "hebrew": "מחקר על תנועות עיניים <b>",
    "zalgo": "Z" + "\u0335\u0321\u0322\u0327" * 60 + "algo",
    "lines": "One\r\n\r\nTwo\u2028Three\u2029Four\x0bFive\x85Six",
    "tex": "TeX " + "\\" * 900,
    "markdown": "[x](javascript:alert(1)) ![y](https://evil.example/z.png) `code` # heading",
}


def paper(draft, text: str, edition: EditionPlace) -> Draft:
    """A paper in which every field says `text`."""
    return draft(
        title=text,
        abstract=f"We show {text} and more. {text}",
        summary=f"In short: {text}",
        summary_by=text[:50].replace("\x00", "") if text.isprintable() else "",
        authors=(PrintedAuthor(text[:200], affiliation=text[:200]), PrintedAuthor("Ann Other")),
        comment=text,
        venue=text[:200],
        tags=(text[:60],),
        organisation=Organisation("", text[:100]),
        withdrawn=True,
        edition=edition,
        licence="" if not text.isprintable() else text[:60],
    )


def assert_clean(page) -> None:
    """Only elements and attributes that our templates and the typesetter write; no address but of the web."""
    for element in page.tree.iter():
        if not isinstance(element.tag, str):
            raise AssertionError(f"a comment: {html.tostring(element)[:80]!r}")
        assert element.tag in ELEMENTS.split(), html.tostring(element)[:200]
        allowed = ATTRIBUTES + (IN_MATH if element.xpath("ancestor-or-self::math") else "")
        allowed += " " + (IN_DRAWING if element.xpath("ancestor-or-self::svg") else "")
        assert set(element.attrib) <= set(allowed.split()), html.tostring(element)[:200]
    assert all(
        re.match(r"https?://|/|#main|#cite|#discussion", link) for link in page.all("//@href | //@src | //@action")
    )
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", page.text)


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_becomes_markup(visit, draft, edition_of, index, name):
    hostile = paper(draft, HOSTILE[name], edition_of("2026-01-06", 1))
    outcome = ingest([hostile, draft("2601.00002", title="Innocent", edition=edition_of("2026-01-06", 2))])
    assert (outcome.new, outcome.set_aside) == (2, 0)
    index()
    paths = ["/", "/categories/cs.CV", "/organisations", "/papers", "/papers?q=we+show", "/papers/2601.00001"]
    for path in paths:
        page = visit(path)
        assert_clean(page)
    links = {link for link in page.all("//main//a/@href") if re.match(r"/(?!account)", link)}
    for link in links:
        answer = visit(link)
        if answer.response.headers["Content-Type"].startswith("text/html"):
            assert_clean(answer)
    assert not visit("/").all("//article[contains(@class,'broken')]")


def test_what_the_enemy_wrote_is_shown_as_text(visit, draft):
    ingest([draft(title=HOSTILE["script"], abstract=HOSTILE["breakout"])])
    words = visit("/papers/2601.00001").words
    assert "<script>alert(1)</script></title>" in words
    assert "<img src=x onerror=alert(1)>" in words


def test_the_data_block_cannot_be_left(visit, draft):
    ingest([draft(title="</script><script>alert(1)</script>", abstract="<!--<script> \u2028 &quot;")])
    page = visit("/papers/2601.00001")
    assert len(page.all("//script")) == 3
    assert "alert(1)" in page.all("//script[@type='application/ld+json']/text()")[0]


def test_links_lead_to_the_web_only(visit, draft):
    schemes = [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "vbscript:x",
        " https://a b",
        "file:///etc/passwd",
    ]
    links = tuple(DraftLink(kind, url, "hub") for url in schemes for kind in ("code", "project", "data", "model"))
    identifiers = (Identifier("url", "javascript:alert(1)"), Identifier("other", "javascript:alert(2)"))
    ingest([draft(identifiers=identifiers, links=links)])
    location = visit("/categories/cs.CV").all("//a[@class='headline']/@href")[0]
    assert_clean(visit(location))
    assert_clean(visit("/categories/cs.CV"))


@pytest.mark.parametrize("value", ['"><script>', "a\r\nSet-Cookie: x", "../../..", "x?y#z", "%2e%2e", "é", "a b"])
def test_an_id_is_only_an_id(visit, draft, value):
    outcome = ingest([draft(identifiers=(Identifier("arxiv", value),))])
    if outcome.new:
        location = visit("/categories/cs.CV").all("//a[@class='headline']/@href")[0]
        if ".." not in value:
            assert_clean(visit(location))
            assert "Set-Cookie" not in visit(location + ".bib").response.headers


def test_a_megabyte_of_tex_costs_no_page(visit, draft):
    for number, text in enumerate((r"$\frac{1}{2}$" * 80_000, "$" + "x^" * 500_000 + "$", r"\begin{a}" * 110_000), 1):
        ingest([draft(f"2601.0000{number}", title=f"TeX {number} {text}", abstract=text)])
    page = visit("/categories/cs.CV")
    assert_clean(page)
    for number in (1, 2, 3):
        assert_clean(visit(f"/papers/2601.0000{number}"))


def test_five_thousand_authors_have_a_page(visit, draft, edition_of):
    authors = tuple(PrintedAuthor(f"Collaborator Number {n}") for n in range(5_000))
    ingest([draft(authors=authors, edition=edition_of("2026-01-06", 1))])
    assert "and 4996 more" in visit("/").words
    page = visit("/papers/2601.00001")
    assert "and 4980 more authors" in page.words
    for suffix in (".md", ".bib", ".ris", ".csl.json"):
        visit("/papers/2601.00001" + suffix)


def test_huge_counts_are_only_numbers(visit, draft, edition_of):
    counts = Counts(votes=2**31 - 1, comments=-5, stars=None, observed_at=datetime(2026, 1, 1, tzinfo=UTC))
    ingest([draft(counts=counts, edition=edition_of("2026-01-06", 1))])
    assert_clean(visit("/"))


@pytest.fixture
def poison(monkeypatch, draft, edition_of, index):
    """Three papers of one edition; one of them makes a filter raise."""
    titles = ("First", "Poison <b>", "Third")
    ingest([draft(f"2601.0000{n}", title=t, edition=edition_of("2026-01-06", n)) for n, t in enumerate(titles, 1)])
    index()

    def refuse(original):
        def filtered(value, *args, **kwargs):
            if "Poison" in str(value):
                raise RuntimeError("poison")
            return original(value, *args, **kwargs)

        return filtered

    for name in ("typeset", "marked"):
        monkeypatch.setitem(rendering.templates().filters, name, refuse(rendering.templates().filters[name]))
    # Parts that templates share are made once, with the filters of then.
    monkeypatch.setattr(rendering.templates().get_template("card_parts.html"), "_module", None)


@pytest.mark.parametrize("path", ["/", "/categories/cs.CV", "/papers"])
def test_a_paper_that_cannot_be_rendered_is_plain_text_and_the_rest_stands(visit, poison, path):
    page = visit(path)
    assert sorted(page.headlines) == ["First", "Poison <b>", "Third"]
    assert page.all("//article[contains(@class,'broken')]/h2/a/@href") == ["/papers/2601.00002"]
    assert_clean(page)


def test_a_typesetter_that_fails_leaves_the_formulas_as_they_were_written(visit, draft, monkeypatch):
    def broken():
        raise RuntimeError("no engine")

    monkeypatch.setattr("broadsheet.web.markup.typesetter", broken)
    ingest([draft(title="On $x^2$")])
    for path in ("/papers/2601.00001", "/categories/cs.CV"):
        assert "x^2" in visit(path).all("//code[@class='tex']/text()")


def test_a_text_that_cannot_be_cut_leaves_the_title(visit, draft, monkeypatch):
    monkeypatch.setattr(rendering, "lede", lambda _: 1 / 0)
    ingest([draft()])
    assert visit("/categories/cs.CV").headlines == ["A Study of Scanpaths, Part 2601.00001"]
