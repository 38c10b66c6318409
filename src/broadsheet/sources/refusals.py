"""Refusals: why an answer or a file of a source cannot be used, by type, so that a harvest knows what to do next."""

from broadsheet.errors import BadInput


class Refusal(BadInput):
    """An answer that is not what was asked for. What was read before it stands."""

    retry = True
    """Whether asking again later may help."""


class Malformed(Refusal):
    """Not well-formed, cut short, or HTML where XML or JSON was due."""


class UnknownForm(Refusal):
    """In none of the forms that are known."""

    retry = False


class TooLarge(Refusal):
    """Larger, deeper or more entangled than any honest document of its kind."""


class WrongContent(Refusal):
    """Well-formed, but of things that are no papers (journals, funders, sets, formats)."""

    retry = False


class UpstreamError(Refusal):
    """The source says that it failed, or that we asked wrongly, in a document of its own."""


class TokenExpired(Refusal):
    """A resumption token or cursor is no longer honoured: the list has to be begun again."""


class NoSuchThing(Refusal):
    """The source knows no such identifier, set or category."""

    retry = False
