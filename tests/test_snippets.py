"""Snippets: the part of an abstract that a result shows, and why it is there."""

from broadsheet.snippets import snippet

FILLER = "Nothing of note is said here about anything at all. " * 9


def shown(pieces) -> str:
    return "".join(f"[{piece}]" if hit else piece for piece, hit in pieces)


def test_a_word_in_the_opening_is_marked_there():
    assert shown(snippet("We study gaze. " + FILLER, ("gaze",))).startswith("We study [gaze].")


def test_a_word_further_down_brings_its_sentence():
    found = shown(snippet(FILLER + "Then we follow the gaze of readers. " + FILLER, ("gaze",)))
    assert found.startswith("… Then we follow the [gaze] of readers.")


def test_a_stretch_never_begins_inside_a_formula():
    found = shown(snippet(FILLER + "Let $a. b$ bound the gaze here. " + FILLER, ("gaze",)))
    assert "$a. b$" in found


def test_without_a_match_the_opening_is_shown():
    assert shown(snippet("We study gaze. " + FILLER, ("tides",))).startswith("We study gaze.")
