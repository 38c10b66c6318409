"""Typesetting: a TeX formula to MathML by KaTeX in V8, under limits of time, memory and size; only import of V8."""

import contextlib
import ctypes
import functools
import importlib.resources
import json
import os
import re
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from py_mini_racer import JSEvalException, JSFunction, MiniRacer

from broadsheet.mathml import is_safe

MAX_TEX = 1_000
"""Characters of TeX above which a formula is not tried."""
MAX_SECONDS = 0.1
"""Time after which one evaluation is stopped; real formulas take 0.1 ms each."""
MAX_HEAP = 96 * 2**20
"""Bytes of V8 heap above which an evaluation is stopped; KaTeX at rest takes 3 MB."""
MAX_CACHE = 8_000_000
"""Characters of TeX and MathML remembered, per process: some 20,000 ordinary formulas in 25 MB."""

Formula = tuple[str, bool]
"""TeX without its dollar signs, and whether it stands on a line of its own."""

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Controls, direction overrides and lone surrogates: none belongs in a formula."""

DANGLING_COMMENT = re.compile(r"(?<!\\)%\s")
"""A comment sign before a line end; catalogues join lines, and the rest of the formula would vanish behind it."""

NO_TIME_LEFT = "no time left"

# What KaTeX does not trust (\href, \includegraphics, ...) gets `errorColor`: not a colour, so mathml.py refuses it.
GLUE = """
function typesetOne(tex, display, macros) {
  try {
    const html = katex.renderToString(tex, {displayMode: display, output: "mathml", throwOnError: true, trust: false,
      strict: "ignore", maxSize: 20, maxExpand: 500, errorColor: "!refused", macros: {...macros}})
    return html.length > 50 * tex.length + 2000 ? null : html
  } catch { return null }
}
function typesetAll(formulas, milliseconds) {
  const end = Date.now() + milliseconds
  return JSON.stringify(JSON.parse(formulas).map(([tex, display]) =>
    Date.now() > end ? "no time left" : typesetOne(tex, display, MACROS)))
}
typesetAll('[["x^2", true]]', 1000)
typesetAll
"""


class Typesetter:
    """Typesets formulas and remembers them. For any number of threads; starts V8 at the first formula of a process."""

    def __init__(self) -> None:
        self._remembered: OrderedDict[Formula, str | None] = OrderedDict()
        self._size = 0
        self._begin()
        forked = weakref.WeakMethod(self._after_fork)
        os.register_at_fork(after_in_child=lambda: (method := forked()) and method())

    def formula(self, tex: str, *, display: bool) -> str | None:
        """MathML for one formula, `<math ...>...</math>`, safe to put in a page; None if it cannot be typeset."""
        wanted = (tex, display)
        if not _is_reasonable(tex):
            return None
        with self._remembering:
            if wanted in self._remembered:
                self._remembered.move_to_end(wanted)
                return self._remembered[wanted]
        return self._typeset([wanted])[0]

    def prepare(self, formulas: Iterable[Formula]) -> None:
        """Typeset a page's formulas ahead in one go: a third of the cost of one by one. Skips what takes too long."""
        new = {f: None for f in formulas if _is_reasonable(f[0]) and f not in self._remembered}
        if len(new) > 1:
            self._typeset(list(new))

    def _begin(self) -> None:
        self._engine: _Engine | None = None
        self._typesetting = threading.Lock()
        self._remembering = threading.Lock()

    def _after_fork(self) -> None:
        """V8's threads stay behind in the parent, and its locks may be held by threads that do not exist here."""
        if self._engine is not None:
            self._engine.abandon()
        self._begin()

    def _typeset(self, formulas: Sequence[Formula]) -> list[str | None]:
        with self._typesetting:
            results = self._evaluate(formulas)
        typeset = [_checked(result) for result in results]
        for formula, result, mathml in zip(formulas, results, typeset, strict=True):
            if result != NO_TIME_LEFT:
                self._remember(formula, mathml)
        return typeset

    def _evaluate(self, formulas: Sequence[Formula]) -> Sequence[str | None]:
        """One evaluation. A formula that exhausts it alone fails for good; in company all are left for another time."""
        self._engine = self._engine or _Engine()
        try:
            return self._engine.typeset(formulas)
        except JSEvalException:
            threading.Thread(target=self._engine.retire, daemon=True).start()
            self._engine = None
            return [NO_TIME_LEFT if len(formulas) > 1 else None] * len(formulas)

    def _remember(self, formula: Formula, mathml: str | None) -> None:
        with self._remembering:
            if formula not in self._remembered:
                self._size += _weight(formula, mathml)
            self._remembered[formula] = mathml
            while self._size > MAX_CACHE:
                self._size -= _weight(*self._remembered.popitem(last=False))


@functools.cache
def typesetter() -> Typesetter:
    """The process's shared typesetter."""
    return Typesetter()


class _Engine:
    """KaTeX in one V8 isolate, for one thread at a time."""

    def __init__(self) -> None:
        # Made in a thread of its own: in a thread with an event loop MiniRacer would adopt that loop and block it.
        with ThreadPoolExecutor(1) as thread:
            self._v8 = thread.submit(MiniRacer).result()
        katex = importlib.resources.files("broadsheet") / "vendor" / "katex" / "katex.min.js"
        self._v8.eval(katex.read_text(encoding="utf-8") + ";0")
        typeset_all = self._v8.eval(f"const MACROS = {json.dumps(_macros())};{GLUE}")
        self._typeset_all = cast(JSFunction, typeset_all)
        self._v8.set_hard_memory_limit(MAX_HEAP)
        self.close = weakref.finalize(self, self._v8.close)  # at exit, before Python takes V8's event loop away

    def typeset(self, formulas: Sequence[Formula]) -> list[str | None]:
        """HTML for each formula, None where KaTeX refuses, NO_TIME_LEFT for those not reached in half of MAX_SECONDS.

        Raises JSEvalException when a limit is met; the engine is useless from then on.
        """
        jobs = json.dumps([(DANGLING_COMMENT.sub(" ", tex), display) for tex, display in formulas])
        answer = self._typeset_all(jobs, MAX_SECONDS * 500, timeout_sec=MAX_SECONDS)
        results: list[str | None] = json.loads(str(answer))
        return results

    def retire(self) -> None:
        """Give the isolate back once it has really stopped, which a long built-in function may put off."""
        with contextlib.suppress(JSEvalException):
            self._v8.eval("0", timeout_sec=10)
        self.close()

    def abandon(self) -> None:
        """Never free the isolate: in a forked process that waits for ever for V8's threads, even at exit."""
        self.close.detach()
        for held in (self._v8, self._typeset_all):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(held))


def _macros() -> dict[str, str]:
    """Shorthands of authors that catalogues keep without their definitions; only those with one usual meaning."""
    macros = {f"\\{name}": f"\\operatorname{{{name}}}" for name in OPERATORS.split()}
    macros |= {f"\\{name}": f"\\mathrm{{{name}}}" for name in UNITS.split()}
    macros |= {f"\\{letter * 2}": f"\\mathbb{{{letter}}}" for letter in "CEFHKNPQRTZ"}
    macros |= {f"\\{font}{letter}": f"\\mathbb{{{letter}}}" for letter in "CFNPQRZ" for font in ("b", "bb")}
    macros |= {f"\\c{letter}": f"\\mathcal{{{letter}}}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    return macros | dict(pair.split("=", 1) for pair in SHORTHANDS.split())


OPERATORS = (
    "Aff Aut CH Diff End Ext GL Gal Hom Lie Mod Mor PGL PSL SL SO SU Spec Tor codim curl dist dom grad id rank supp tr"
)
UNITS = "GeV Gyr Hz MeV Mpc TeV eV keV kpc pc"
SHORTHANDS = r"""
\mbox=\text{#1} \textsc=\text{#1} \mathds=\mathbb{#1} \mbb=\mathbb{#1} \mc=\mathcal{#1} \Cal=\mathcal{#1}
\mf=\mathfrak{#1} \goth=\mathfrak{#1} \rmn=\mathrm{#1} \abs=\left|#1\right| \norm=\left\|#1\right\| \Tilde=\tilde{#1}
\Hat=\hat{#1} \Bar=\bar{#1} \C=\mathbb{C} \F=\mathbb{F} \K=\mathbb{K} \Q=\mathbb{Q} \E=\mathbb{E} \Real=\mathbb{R}
\IR=\mathbb{R} \IC=\mathbb{C} \IZ=\mathbb{Z} \CP=\mathbb{CP} \RP=\mathbb{RP} \NP=\mathsf{NP} \FP=\mathsf{FP}
\OO=\mathcal{O} \bigO=\mathcal{O} \Oh=\mathcal{O} \al=\alpha \be=\beta \ga=\gamma \Ga=\Gamma \de=\delta
\eps=\varepsilon \ep=\epsilon \ve=\varepsilon \vare=\varepsilon \vepsi=\varepsilon \lam=\lambda \La=\Lambda \si=\sigma
\Si=\Sigma \om=\omega \Om=\Omega \vp=\varphi \ra=\rightarrow \ot=\otimes \half=\tfrac{1}{2} \lsim=\lesssim
\gsim=\gtrsim \simlt=\lesssim \simgt=\gtrsim \sun=\odot \msun=M_\odot \dbar=\bar{d} \wt=\widetilde{#1} \textless=<
\textgreater=> \textyen=¥
"""


def _is_reasonable(tex: str) -> bool:
    return len(tex) <= MAX_TEX and not tex.isspace() and tex != "" and not UNPRINTABLE.search(tex)


def _checked(html: str | None) -> str | None:
    if html is None or UNPRINTABLE.search(html):  # \char can make what the TeX did not hold
        return None
    mathml = html.removeprefix('<span class="katex">').removesuffix("</span>")
    return mathml if is_safe(mathml) else None


def _weight(formula: Formula, mathml: str | None) -> int:
    return len(formula[0]) + len(mathml or "") + 100
