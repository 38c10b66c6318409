"""Invented titles, abstracts and authors, put together from words; every draw depends on its generator alone."""

import textwrap
from dataclasses import dataclass
from random import Random

WORDS = """
categories: cs.CL cs.LG cs.CV cs.AI cs.IR cs.HC cs.RO cs.CR stat.ML eess.IV eess.SY math.OC quant-ph hep-th astro-ph.CO
syllables: vor kel ina tam ru sol mek dra nu phi lor ban ti quo zer ha mio pel dun ky esh wol fra gim tov ula
adjectives: streaming sparse lazy tidal modular patient frugal curved anonymous nested robust seasonal
nouns: scanpaths lanterns ledgers kernels orchards tensors dialogues rivers lattices glaciers archives drones
tasks: retrieval ranking segmentation forecasting translation planning compression calibration alignment
"""
_LISTS = {line.split(": ")[0]: tuple(line.split(": ")[1].split()) for line in WORDS.strip().splitlines()}
CATEGORIES, SYLLABLES, ADJECTIVES, NOUNS, TASKS = _LISTS.values()
ALIASES = {"eess.SY": "cs.SY", "cs.SY": "eess.SY"}
PLACES = (
    "under drift",
    "on small devices",
    "without labels",
    "in noisy fields",
    "with few examples",
    "over many years",
)
TEX_TITLES = (
    r"$O(n \log n)$ {} of {}",
    r"{}: $\mathcal{{F}}_2$-Bounds for {}",
    r"{} and the $\ell_1$-Norm of {}",
    r"{} {} in K{{\"a}}hler Spaces",
)
CJK = ("墨", "灯笼", "川の流れ", "나무", "古籍检索")
SENTENCES = (
    "We study {task} of {adj} {noun} {place}.",
    "Existing methods for {task} assume that {noun} are {adj}, which rarely holds {place}.",
    "{name} learns {adj} {noun} from {n} recordings and needs no further tuning.",
    r"We prove that the error shrinks as $O(n^{{-1/{n}}})$ whenever $\alpha < \beta$ & the {noun} are {adj}.",
    "On {n} collections of {noun}, {task} improves by {n}.{d}% over the strongest baseline.",
    r"Our code, called \emph{{{name}}}, is open; see also the work of Erd\H{{o}}s-like {noun}.",
    "Ablations show that {adj} {noun} matter more than size, i.e. fewer than {n} of them suffice.",
    "A survey among {n} readers in São Tomé, Łódź and Zürich agrees with “{adj} {task}”.",
    "The title word {cjk} is explained in Section {d}.",
)
COMMENTS = (
    "{n} pages, {d} figures",
    "Accepted at the {name} Workshop",
    "{n} pages; code at https://{name}.example.org",
    "",
)
LICENCES = (
    "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    "http://creativecommons.org/licenses/by/4.0/",
    "http://creativecommons.org/licenses/by-nc-sa/4.0/",
)
GIVEN = (
    ("Mira", "Mira"), ("Jonas", "Jonas"), ("Paulo André", r"Paulo Andr\'e"), ("Zoë", r"Zo\"e"), ("Wen", "Wen"),
    ("Ananya", "Ananya"), ("Łukasz", r"{\L}ukasz"), ("T. J.", "T. J."), ("Siân", r"Si\^an"), ("Kenji", "Kenji"),
)  # fmt: skip
FAMILY = (
    ("Okafor", "Okafor"), ("Lindqvist", "Lindqvist"), ("Müller", r"M\"uller"), ("Çelik", r"\c{C}elik"),
    ("O'Hara", "O'Hara"), ("van der Berg", "van der Berg"), ("Nguyễn", "Nguyen"), ("Tanaka", "Tanaka"),
    ("Ğül", r"\u{G}\"ul"),
    ("Silva", "Silva"),
    ("Kowalski", "Kowalski"), ("Zhou", "Zhou"), ("Ramanathan", "Ramanathan"), ("Ødegård", r"{\O}deg{\aa}rd"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Author:
    """A name as its parts, and as authors typed it: accents in TeX."""

    given: str
    family: str
    tex: str
    affiliation: str = ""

    @property
    def name(self) -> str:
        """The name in one line, in Unicode."""
        return f"{self.given} {self.family}".strip()


def coined(draw: Random) -> str:
    """A name nobody has."""
    return "".join(draw.choice(SYLLABLES) for _ in range(4)).capitalize()


def title(draw: Random) -> str:
    """A title with a coined name, so that no two are the same; one in eight holds TeX, one in twenty CJK."""
    name, adjective, noun = coined(draw), draw.choice(ADJECTIVES).title(), draw.choice(NOUNS).title()
    if draw.random() < 0.125:
        return draw.choice(TEX_TITLES).format(name, noun)
    text = f"{name}: {adjective} {draw.choice(TASKS).title()} of {noun} {draw.choice(PLACES).title()}"
    return f"{text} ({draw.choice(CJK)})" if draw.random() < 0.05 else text


def _filled(template: str, draw: Random) -> str:
    return template.format(
        task=draw.choice(TASKS), adj=draw.choice(ADJECTIVES), noun=draw.choice(NOUNS), place=draw.choice(PLACES),
        name=coined(draw), n=draw.randint(2, 60), d=draw.randint(1, 9), cjk=draw.choice(CJK),
    )  # fmt: skip


def abstract(draw: Random) -> str:
    """Three to eight sentences in one line."""
    return " ".join(_filled(each, draw) for each in draw.sample(SENTENCES, draw.randint(3, 8)))


def comment(draw: Random) -> str:
    """What authors remark; often nothing."""
    return _filled(draw.choice(COMMENTS), draw)


def authors(draw: Random) -> tuple[Author, ...]:
    """One to eight people, as a rule; one list in fifty is that of a collaboration, with hundreds of names."""
    if draw.random() >= 0.02:
        return _people(draw, draw.randint(1, 8))
    name = f"{coined(draw)} Collaboration"
    return (Author("", name, name), *_people(draw, draw.randint(150, 400)))


def _people(draw: Random, count: int) -> tuple[Author, ...]:
    found: dict[str, Author] = {}
    for _ in range(count):
        person = _person(draw)
        found.setdefault(person.name, person)
    return tuple(found.values())


def _person(draw: Random) -> Author:
    given, given_tex = draw.choice(GIVEN)
    family, family_tex = draw.choice(FAMILY)
    middle = f" {draw.choice('ABCDEFGHKLMNPRSTVW')}." if draw.random() < 0.6 else ""
    affiliation = f"University of {coined(draw)}" if draw.random() < 0.1 else ""
    return Author(f"{given}{middle}", family, f"{given_tex}{middle} {family_tex}", affiliation)


def categories(draw: Random) -> tuple[str, ...]:
    """The primary one first, then none to three cross-lists; an alias comes along with its twin."""
    found = draw.sample(CATEGORIES, draw.choice((1, 1, 2, 2, 3, 4)))
    return tuple(dict.fromkeys(code for each in found for code in (each, ALIASES.get(each, each))))


def folded(text: str, indent: str = "  ") -> str:
    """A text in lines, as arXiv's OAI-PMH sends titles and abstracts."""
    lines = textwrap.wrap(text, 78, break_long_words=False, break_on_hyphens=False)
    return f"\n{indent}".join(lines)


def lies_in(codes: tuple[str, ...], name: str) -> bool:
    """Whether one of these categories is the named one, or lies in the named archive."""
    return any(code == name or code.startswith(f"{name}.") for code in codes)
