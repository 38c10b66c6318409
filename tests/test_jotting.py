"""Jottings: what people write is cleaned of what nobody sees, and refused where it is too long."""

import pytest

from broadsheet.errors import BadInput
from broadsheet.jotting import MAX_TAGS, heading, passage, tags


def test_a_heading_is_one_line_without_unseen_characters():
    assert heading("  Where\tpeople \n look\u202e\u200b\0 next ~50% ", "The title") == "Where people look next ~50%"
    assert heading("نگاه\u200cها", "The title") == "نگاه\u200cها"


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b\u202e"])
def test_an_empty_heading_is_refused(text):
    with pytest.raises(BadInput, match="The title is empty"):
        heading(text, "The title")


def test_a_passage_keeps_its_lines_and_formulas():
    assert passage("One $x < 1$.\r\nTwo.  \r\n\r\n\r\n\r\nThree.\n", "The note") == "One $x < 1$.\nTwo.\n\nThree."
    assert passage("", "The note") == ""
    assert passage("\ud800broken", "The note") == "broken"


def test_what_is_too_long_is_refused_with_both_numbers():
    with pytest.raises(BadInput, match="The note has 2,001 characters: at most 2,000"):
        passage("x" * 2_001, "The note")
    with pytest.raises(BadInput, match="The title has 121 characters"):
        heading("x" * 121, "The title")


def test_tags_are_lower_case_and_each_stands_once():
    assert tags(" #NeRF, gaze  tracking ,nerf,, Łódź ") == ["nerf", "gaze tracking", "łódź"]
    assert tags("") == []


def test_too_many_or_too_long_tags_are_refused():
    with pytest.raises(BadInput, match="21 tags"):
        tags(",".join(str(number) for number in range(MAX_TAGS + 1)))
    with pytest.raises(BadInput, match="41 characters"):
        tags("x" * 41)
