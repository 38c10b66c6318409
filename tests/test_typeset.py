"""Typesetting through its public door: what formulas become, what hostile ones cannot do, threads and forks."""

import asyncio
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import pytest

from broadsheet import typeset
from broadsheet.mathml import is_safe
from broadsheet.typeset import MAX_TEX, Typesetter, typesetter

MAX_OUTPUT = 50 * MAX_TEX + 2000


@pytest.fixture(scope="module")
def shared() -> Typesetter:
    return Typesetter()


def _text(mathml: str | None) -> str:
    """What a reader sees: all text but the annotation's."""
    assert mathml is not None
    root = ElementTree.fromstring(mathml)
    return "".join(e.text or "" for e in root.iter() if not e.tag.endswith("annotation"))


@pytest.mark.parametrize(
    ("tex", "seen"),
    [
        (r"x^2", "x2"),
        (r"\frac{a}{b}", "ab"),
        (r"\mathcal{O}(n \log n)", "O(nlog\u2061n)"),
        (r"\alpha_s(M_Z) = 0.118", "αs(MZ)=0.118"),
        (r"5\sigma", "5σ"),
        (r"a < b \& c > d", "a<b&c>d"),
        (r"10^{-3}\,\mathrm{eV}", "10−3\u2009eV"),
        (r"\sqrt{s}=13\ \mbox{TeV}", "s=13\xa0TeV"),
        (r"{\cal M}", "M"),
        (r"\eps > 0", "ε>0"),
        (r"\C^n \to \RR", "Cn→R"),
        (r"\GL(2, \Q)", "GL\u2061(2,Q)"),
        (r"\Om \ll \om", "Ω≪ω"),
        (r"{\Lambda_{p}% }", "Λp"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "(abcd)"),
        (r"\def\half{\frac12}\half", "12"),
    ],
)
def test_a_formula_reads_as_meant(shared: Typesetter, tex: str, seen: str) -> None:
    assert _text(shared.formula(tex, display=False)) == seen


def test_the_answer_is_one_math_element_that_keeps_its_source(shared: Typesetter) -> None:
    assert shared.formula("x<y", display=False) == (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mi>x</mi><mo>&lt;</mo><mi>y</mi></mrow>'
        '<annotation encoding="application/x-tex">x&lt;y</annotation></semantics></math>'
    )


def test_display_formulas_stand_alone(shared: Typesetter) -> None:
    assert 'display="block"' in (shared.formula("x", display=True) or "")
    assert "display=" not in (shared.formula("x", display=False) or "")


@pytest.mark.parametrize(
    "tex", ["", "  ", r"\frac{a}", "{", "}", "a^b^c", r"\undefined", r"\unknown{x}", "x#y", "$", "a&b"]
)
def test_what_is_no_formula_is_none(shared: Typesetter, tex: str) -> None:
    assert shared.formula(tex, display=False) is None


DOUBLING = r"\def\a{xxxxxxxxxx}" + "".join(
    rf"\def\{b}{{{(chr(92) + a) * 10}}}" for a, b in zip("abcd", "bcde", strict=True)
)
HOSTILE = [
    r"\href{javascript:alert(1)}{x}",
    r"\href{https://example.org/}{x}",
    r"\url{https://example.org/}",
    r"\includegraphics[width=9em]{https://example.org/a.png}",
    r"\htmlData{a=b}{x}",
    r"\htmlClass{masthead}{x}",
    r"\htmlId{main}{x}",
    r"\htmlStyle{position:fixed;background:url(//example.org)}{x}",
    r"\fcolorbox{red}{blue}{x}",
    r"\pmb{x}",
    r"\color{expression(alert(1))}x",
    r"\textcolor{red;background:url(//example.org)}{x}",
    r"\colorbox{&quot; onclick=alert(1)}{x}",
    r"\text{</math><script>alert(1)</script>}",
    "</math><script>alert(1)</script>",
    "</annotation></semantics></math><img src=x onerror=alert(1)>",
    r"\text{<img src=x onerror=alert(1)>}",
    "]]><script>",
    "<!--",
    "<!DOCTYPE math>",
    "&lt;script&gt;&#60;",
    "&bomb;",
    r"\def\x{\x}\x",
    r"\def\x{\x\x}\x",
    r"\def\x{x\x}\x",
    r"\def\a{\b\b}\def\b{\a\a}\a",
    r"\gdef\frac#1#2{owned}\frac12",
    r"\global\let\alpha\beta \alpha",
    r"\def\__proto__{x}\__proto__",
    r"\def\constructor{x}\constructor",
    r"\let\x\undefined \x",
    r"\newcommand{\x}[9]{#1#1#1#1#1#1#1#1#1}" + r"\x{" * 90,
    DOUBLING + r"\e",
    DOUBLING + r"\e\e\e\e\e\e\e\e\e\e",
    "2^{" * 300,
    "2^{" * 300 + "2" + "}" * 300,
    "2^{" * 2700,
    r"\sqrt{" * 140 + "x" + "}" * 140,
    r"\sqrt{" * 340,
    r"\frac{1}{" * 100 + "x" + "}" * 100,
    "{" * 499 + "x" + "}" * 499,
    r"\left(" * 120 + "x" + r"\right)" * 120,
    r"\overbrace{" * 80 + "x" + "}" * 80,
    r"\begin{matrix}" * 30 + "x" + r"\end{matrix}" * 30,
    r"\begin{array}{" + "c" * 900 + "}x\\end{array}",
    r"\begin{matrix}" + "&" * 900 + r"\end{matrix}",
    r"\begin{matrix}" + r"\\" * 450 + r"\end{matrix}",
    r"\\" * 490,
    r"\rule{9999em}{9999em}",
    r"\rule{20em}{20em}" * 40,
    r"\hspace{-20em}x",
    r"\kern-2em" * 60 + "x",
    r"\raisebox{20em}{x}",
    r"{\Huge " * 90 + "x" + "}" * 90,
    r"\char999999999",
    r"\char0",
    r"\char`\<",
    r'\char"D800',
    r'\char"202E',
    "x\x00y",
    "\x1b[31mx",
    "\u202ex\u2066y",
    "\ud800",
    "\ufffe",
    "x" + "\u0301" * 900,
    "数式" * 400,
    "\U0001f4a9" * 400,
    "\u2028\u2029",
    r"\verb|</script>|",
    r"\text{" + "$x" * 300,
    r"\tag{1}x",
    r"\begin{equation}x\end{equation}",
    r"\begin{CD} A @>a>> B \end{CD}",
    r"\input{/etc/passwd}",
    r"\write18{id}",
    r"\catcode`\@=11 @",
    r"\message{x}\errmessage{x}",
    r"\require{x}",
    r"`${alert(1)}`",
    "\\",
    '"); throw 1; ("',
    "x" * 1_001,
    "x" * 1_000_000,
]


@pytest.mark.parametrize("display", [False, True])
@pytest.mark.parametrize("tex", HOSTILE, ids=lambda tex: ascii(tex[:40]))
def test_hostile_formulas_are_none_or_harmless(shared: Typesetter, tex: str, display: bool) -> None:
    mathml = shared.formula(tex, display=display)
    assert mathml is None or (is_safe(mathml) and len(mathml) < MAX_OUTPUT)
    assert not re.search(r"<(script|a|img|mglyph|maction)\b|<[^>]+ (href|style|src|on\w+)=", mathml or "")
    assert _text(shared.formula(r"\frac12\alpha", display=False)) == "12α"


@pytest.mark.parametrize(
    "mathml",
    [
        "",
        "<math",
        "<math><mi>x</mi></math>",
        "<p>x</p>",
        '<!DOCTYPE math [<!ENTITY a "aa">]><math xmlns="http://www.w3.org/1998/Math/MathML">&a;</math>',
        *(
            f'<math xmlns="http://www.w3.org/1998/Math/MathML">{inner}</math>'
            for inner in (
                '<mi href="https://example.org">x</mi>',
                '<mi onclick="alert(1)">x</mi>',
                '<mi style="color:red">x</mi>',
                '<mi class="x">x</mi>',
                '<maction actiontype="statusline"><mi>x</mi></maction>',
                '<mglyph src="https://example.org/a.png"/>',
                '<annotation-xml encoding="text/html"><mi>x</mi></annotation-xml>',
                '<script xmlns="http://www.w3.org/1999/xhtml">1</script>',
                '<mi xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="javascript:1">x</mi>',
                '<mi mathcolor="url(x)">x</mi>',
                '<mspace width="-7em"/>',
                '<mspace width="calc(1em)"/>',
            )
        ),
    ],
)
def test_only_listed_mathml_is_safe(mathml: str) -> None:
    assert not is_safe(mathml)


def test_definitions_do_not_outlive_their_formula(shared: Typesetter) -> None:
    shared.formula(r"\gdef\alpha{OWNED}\gdef\owned{OWNED}\alpha", display=False)
    assert _text(shared.formula(r"\alpha+1", display=False)) == "α+1"
    assert shared.formula(r"\owned", display=False) is None


def test_works_again_after_running_out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Typesetter()
    assert here.formula("x", display=False)
    monkeypatch.setattr(typeset, "MAX_SECONDS", 1e-6)
    assert here.formula("y", display=False) is None
    monkeypatch.undo()
    assert here.formula("z", display=False)
    assert here.formula("y", display=False) is None, "a failure is remembered"


def test_what_company_ran_out_of_time_is_tried_again_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Typesetter()
    monkeypatch.setattr(typeset, "MAX_SECONDS", 1e-6)
    here.prepare([("x", False), ("y", False)])
    monkeypatch.undo()
    assert here.formula("x", display=False)


def test_prepared_formulas_are_the_same(shared: Typesetter) -> None:
    wanted = [("a^2", False), ("a^2", True), (r"\undefined", False), ("", False), ("x" * 2_000, False)]
    here = Typesetter()
    here.prepare(wanted)
    assert [here.formula(t, display=d) for t, d in wanted] == [shared.formula(t, display=d) for t, d in wanted]


def test_memory_of_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "MAX_CACHE", 10_000)
    here = Typesetter()
    assert all(here.formula(f"x_{{{n}}}", display=False) for n in range(200))
    assert sum(len(tex) + len(mathml or "") for (tex, _), mathml in here._remembered.items()) < 10_000


def test_four_threads_typeset_at_once() -> None:
    here = Typesetter()
    wanted = [rf"\frac{{{n % 97}}}{{x_{{{n % 89}}}}}" for n in range(400)]
    with ThreadPoolExecutor(4) as threads:
        seen = list(threads.map(lambda tex: _text(here.formula(tex, display=False)), wanted))
    assert seen == [f"{n % 97}x{n % 89}" for n in range(400)]


def test_hostile_and_honest_threads_together() -> None:
    here = Typesetter()
    formulas = [HOSTILE[n // 2 % len(HOSTILE)] if n % 2 else f"x_{n}" for n in range(2 * len(HOSTILE))]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda tex: here.formula(tex, display=False), formulas))
    assert all(answers[::2])


def test_inside_a_running_event_loop() -> None:
    async def page() -> str | None:
        return Typesetter().formula("x", display=False)

    assert asyncio.run(asyncio.wait_for(page(), 10))


def test_the_process_shares_one() -> None:
    assert typesetter() is typesetter()


FORKING = """
import os, sys
from broadsheet.typeset import typesetter
assert "py_mini_racer" in sys.modules
assert typesetter().formula("x", display=False)
child = os.fork()
if child == 0:
    if "use" in sys.argv:
        assert typesetter().formula("y", display=False) and typesetter().formula("x", display=False)
    sys.exit(7)
assert typesetter().formula("z", display=False)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("argument", ["use", "leave"])
def test_a_forked_process_typesets_and_ends(argument: str) -> None:
    subprocess.run([sys.executable, "-c", FORKING, argument], check=True, timeout=30)


def test_nothing_starts_at_import() -> None:
    code = "import threading; import broadsheet.typeset as t; t.typesetter(); assert threading.active_count() == 1"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
