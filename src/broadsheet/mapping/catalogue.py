"""What the map shows of papers, from the catalogue."""

from collections.abc import Sequence

from broadsheet.cards import Card
from broadsheet.mapping.making import Subject
from broadsheet.store.catalogue import list_cards
from broadsheet.taxonomy import load as load_taxonomy

GONE = Subject("", None, "")


def field_codes() -> list[str]:
    """The codes of all fields, in the taxonomy's order: their places are their colours."""
    return [field.code for field in load_taxonomy().fields]


def describe(papers: Sequence[int]) -> list[Subject]:
    """Title, year and field of each of these papers, in their order; without words for one that is gone."""
    cards = {card.id: card for card in list_cards(papers)}
    return [_subject(cards[paper]) if paper in cards else GONE for paper in papers]


def _subject(card: Card) -> Subject:
    return Subject(card.title, card.published.day.year if card.published else None, _field(card))


def _field(card: Card) -> str:
    """The field of the first category; empty where none is stated."""
    taxonomy = load_taxonomy()
    for category in card.categories:
        above = taxonomy.ancestors(category.slug)
        found = above[-1] if above else taxonomy.get(category.slug)
        if found is not None:
            return found.code
    return ""
