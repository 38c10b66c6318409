"""Markdown: what it becomes, what it refuses, and that nothing comes out that is not on the list."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as parsed

from broadsheet.drafts import Identifier
from broadsheet.errors import BadInput
from broadsheet.markdown import ELEMENTS, MAX_NAMED, MAX_SOURCE, read, show

PEOPLE = {"mira", "jonas-l"}
PAPERS = {Identifier("arxiv", "2405.12345"): "2405.12345", Identifier("doi", "10.1000/a(1)"): "doi:10.1000/a(1)"}
MATH = "<math><mi>{}</mi></math>"


def formula(tex, display):
    return None if "bad" in tex else MATH.format("D" if display else "I")


def rendered(text):
    return show(read(text), PEOPLE, PAPERS, formula).strip()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*two* **three** ~~four~~", "<p><em>two</em> <strong>three</strong> <s>four</s></p>"),
        ("# A\n## B\n### C\n# D", "<h4>A</h4>\n<h5>B</h5>\n<h6>C</h6>\n<h4>D</h4>"),
        ("###### A\n# B\n### C", "<h4>A</h4>\n<h4>B</h4>\n<h5>C</h5>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("7. a", '<ol start="7">\n<li>a</li>\n</ol>'),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("```py\nx < 1\n```", '<pre tabindex="0"><code class="language-py">x &lt; 1\n</code></pre>'),
        ("``` a\"b<c\nx\n```", '<pre tabindex="0"><code>x\n</code></pre>'),
        ("    x", '<pre tabindex="0"><code>x\n</code></pre>'),
        ("a\\\nb", "<p>a<br>\nb</p>"),
    ],
)  # fmt: skip
def test_ordinary_markdown(text, html):
    assert rendered(text) == html


def test_a_table_scrolls_by_itself_and_keeps_its_alignment():
    html = rendered("| a | b |\n|:-:|--:|\n| 1 | 2 |")
    assert html.startswith('<div class="scroll" tabindex="0"><table>')
    assert '<td class="center">1</td>\n<td class="right">2</td>' in html


LINK = '<a href="{}" rel="nofollow ugc noopener">{}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[x](https://a.org/b)", LINK.format("https://a.org/b", "x")),
        ("<https://a.org>", LINK.format("https://a.org", "https://a.org")),
        ("<a@b.org>", LINK.format("mailto:a@b.org", "a@b.org")),
        ("https://a.org/b_c_d?e=f.", LINK.format("https://a.org/b_c_d?e=f", "https://a.org/b_c_d?e=f") + "."),
        ("(see https://a.org/b(c))", "(see " + LINK.format("https://a.org/b(c)", "https://a.org/b(c)") + ")"),
        ("![a picture](https://a.org/p.png)", LINK.format("https://a.org/p.png", "a picture")),
        ("![](https://a.org/p.png)", LINK.format("https://a.org/p.png", "https://a.org/p.png")),
        ("[![a](https://a.org/p.png)](https://b.org)", LINK.format("https://b.org", "a")),
        ("`https://a.org`", "<code>https://a.org</code>"),
    ],
)  # fmt: skip
def test_links_lead_to_the_web_and_are_not_vouched_for(text, html):
    assert rendered(text) == f"<p>{html}</p>"


ADDRESSES = """
javascript:alert(1) JaVaScRiPt:alert(1) data:text/html,x vbscript:x file:///etc/passwd /papers/x x:y #c1 ?a
//evil.example java&Tab;script:x &#106;avascript:x ftp://a.org blob:https://a.org/x
"""


@pytest.mark.parametrize("address", ADDRESSES.split())
def test_other_addresses_stay_text(address):
    for text in (f"[x]({address})", f"![x]({address})", f"<{address}>", f"[x]: {address}\n\n[x]"):
        assert "<a" not in rendered(text)


def test_people_and_papers_that_are_here_are_linked():
    text = "@mira, @Jonas-L and @nobody; mira@b.org; arXiv:2405.12345v2, doi:10.1000/A(1) and arXiv:math/0410379."
    prose = read(text)
    assert prose.handles == ("mira", "jonas-l", "nobody")
    html = show(prose, PEOPLE, PAPERS, formula)
    links = dict(re.findall(r'href="([^"]*)"[^>]*>([^<]*)<', html))
    assert links == {
        "/people/mira": "@mira",
        "/people/jonas-l": "@Jonas-L",
        "/papers/2405.12345": "arXiv:2405.12345v2",
        "/papers/doi:10.1000/a%281%29": "doi:10.1000/A(1)",
        "https://arxiv.org/abs/math/0410379": "arXiv:math/0410379",
    }
    assert "@nobody;" in html


@pytest.mark.parametrize(
    "text", ["`@mira`", "[@mira](https://a.org)", "a@mira", "@mira@example.org", "/@mira", "@m", "@-mira"]
)
def test_not_every_at_sign_names_somebody(text):
    assert read(text).handles == ()


def test_only_so_many_are_named():
    assert len(read(" ".join(f"@person{n}" for n in range(100))).handles) == MAX_NAMED


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("$x$ and $$y$$", f'{MATH.format("I")} and <span class="formula" tabindex="0">{MATH.format("D")}</span>'),
        ("$bad<$", '<code class="tex">bad&lt;</code>'),
        ("$5 and $10", "$5 and $10"),
        ("US$5/$10", "US$5/$10"),
        (r"\$x\$", "$x$"),
        ("`$x$`", "<code>$x$</code>"),
        ("$a_1$ _b_ $c_2$", f"{MATH.format('I')} <em>b</em> {MATH.format('I')}"),
    ],
)
def test_formulas_stand_where_they_were_written(text, html):
    assert rendered(text) == f"<p>{html}</p>"


def test_a_formula_of_several_lines_is_not_a_list():
    assert read("$$\na\n+ b\n- c\n$$").formulas == (("a\n+ b\n- c", True),)
    assert read("> $$\n> c\n> = d\n> $$").formulas == (("c\n= d", True),)
    assert read("$$\na\n\nb\n$$").formulas == ()


def test_no_writer_can_name_the_place_of_a_formula():
    text = "formula-00000000000000000000000000000000-0. $x$ formula-0. `formula-`"
    assert rendered(text).count("<math>") == 1


@pytest.mark.parametrize(
    "text",
    ["> " * 60 + "deep", "\n".join("  " * n + "- a" for n in range(60)), "*" * 400 + "a" + "*" * 400, "$x$ " * 300,
     "[a]: https://a.org/" + "b" * 1_800 + "\n\n" + "[a]" * 3_000],
)  # fmt: skip
def test_a_monstrous_text_is_shown_as_it_was_written(text):
    tree = parsed.fragment_fromstring(rendered(text))
    assert (tree.tag, tree.get("class")) == ("p", "as-written")
    assert tree.text_content().strip() == text.strip()


def test_a_table_that_would_explode_stays_text():
    assert "<td" not in rendered("|a" * 100 + "|\n" + "|-" * 100 + "|\n" + "x\n" * 5_000)


def test_a_text_too_long_is_refused_before_it_is_read():
    read("a" * MAX_SOURCE)
    with pytest.raises(BadInput, match="1,000,000 characters; 20,000 are allowed"):
        read("[" * 1_000_000)


ALLOWED = {
    "class": re.compile(r"mention|paper|language-[A-Za-z0-9+#._-]{1,30}|scroll|as-written|center|right|formula|tex"),
    "href": re.compile(r"(https?://|mailto:)\S+|/people/[a-z0-9-]+|/papers/\S+", re.IGNORECASE),
    "rel": re.compile("nofollow ugc noopener"),
    "start": re.compile("[0-9]+"),
    "tabindex": re.compile("0"),
    "title": re.compile("(?s).*"),
}
WRITTEN_BY_US = {"span", "math", "mi"}


def assert_safe(html):
    for element in parsed.fragments_fromstring(f"<div>{html}</div>")[0].iterdescendants():
        assert element.tag in ELEMENTS | WRITTEN_BY_US, element.tag
        for name, value in element.items():
            assert name in ALLOWED, (element.tag, name)
            assert ALLOWED[name].fullmatch(value), (element.tag, name, value)
        if element.tag == "a" and element.get("href"):
            assert element.get("rel") == "nofollow ugc noopener"


PIECES = [
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "<style>", "<mtext>"),
    *('<https://a.org/"onclick=alert(1)>', "[a](https://a.org 'b\" onmouseover=\"c')", "![x](https://a.org/x)", "`"),
    *("```", '```x"y', "$", "$$", "$x$", "$$y$$", "$<b>$", "@mira", "arXiv:2405.12345", "doi:10.1000/a(1)", "[r]"),
    *("https://a.org/<b>", "|a|b|\n|-|-|\n|c|", "# ", "> ", "- ", "1. ", "\n", "\n\n", "    ", "*", "**", "_", "~~"),
    *("[", "]", "(", ")", "<", ">", "&", '"', "'", "&lt;", "&#60;", "&#x3c;", "\\", "<!--", "-->", "<![CDATA[", "]]>"),
    *("<math>", "</math>", "<svg>", "\0", "\u2028", "<a href=javascript:x>", "[r]: https://a.org\n", "formula-"),
    *("0.", "x", " "),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_whatever_is_written_only_what_is_allowed_comes_out(text):
    assert_safe(rendered(text))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_at_all_is_answered(text):
    assert_safe(rendered(text))
