"""The card of a paper rendered by Jinja2 and by Django's own templates, side by side (decision 0005)."""

import os
import statistics
import time
from collections.abc import Callable

from bench.report import Figure, report

CARD = """<article class="card"><p class="rank">{{ rank }}</p>
<h2 id="p{{ card.id }}" dir="auto"><a href="/papers/{{ card.key }}">{{ card.title }}</a></h2>
{% if card.withdrawn %}<p class="flag">Withdrawn</p>{% endif %}
<p class="byline">{% for author in card.authors %}<a href="/authors/{{ author.slug }}">{{ author.name }}</a>
{% if not loop_last %}, {% endif %}{% endfor %}
{% for o in card.organisations %}<a href="/organisations/{{ o.slug }}">{{ o.name }}</a>{% endfor %}</p>
<p class="lede">{{ card.summary }}</p><p class="opening">{{ card.abstract }}</p>
<p class="facts"><span>{{ card.votes }} votes</span><span>{{ card.comments }} comments</span>
{% for c in card.categories %}<a href="/categories/{{ c.slug }}" title="{{ c.name }}">{{ c.slug }}</a>{% endfor %}
{% if card.code %}<a href="{{ card.code }}">Code</a>{% endif %}
{% if card.project %}<a href="{{ card.project }}">Project</a>{% endif %}</p></article>"""
ENTRIES, ROUNDS = 54, 30


def median_ms(render: Callable[[], object]) -> float:
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(ENTRIES):
            render()
        spent.append((time.process_time() - start) * 1e3)
    return statistics.median(spent)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings"
    import django
    from django.template import Context, Engine
    from jinja2 import Environment

    from broadsheet.cards import Card, Named

    django.setup()
    people = tuple(Named(f"author-{n}", f"Author Number {n}") for n in range(4))
    card = Card(
        id=1,
        key="2601.00001",
        title="A title " * 8,
        abstract="Words of an abstract. " * 12,
        summary="One sentence. " * 10,
        summary_by="",
        published=None,
        withdrawn=False,
        votes=12,
        comments=3,
        author_count=4,
        authors=people,
        organisations=people[:1],
        categories=people[:2],
        code="https://example.org/code",
        project="https://example.org/",
    )
    values = {"card": card, "rank": 3, "loop_last": False}
    jinja, own = Environment(autoescape=True).from_string(CARD), Engine().from_string(CARD)
    figures = [
        Figure("Jinja2", median_ms(lambda: jinja.render(values)), "ms of CPU"),
        Figure("Django templates", median_ms(lambda: own.render(Context(values))), "ms of CPU"),
    ]
    report("templates", figures, f"{ENTRIES} cards, the same template, median of {ROUNDS} rounds")


if __name__ == "__main__":
    main()
