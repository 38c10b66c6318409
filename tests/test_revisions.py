"""Revisions: what changed, and that both texts can be read off."""

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.revisions import changes

TEXTS = st.lists(st.sampled_from(["a", "b", "word", "other", " ", "\n", ".", "é"]), max_size=60).map("".join)


def test_words_that_changed_are_named():
    found = [(piece.kind, piece.text) for piece in changes("I think so.", "I know so, now.")]
    assert found == [
        ("kept", "I "),
        ("removed", "think"),
        ("added", "know"),
        ("kept", " so"),
        ("added", ", now"),
        ("kept", "."),
    ]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off(before, after):
    found = changes(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "added") == before
    assert "".join(piece.text for piece in found if piece.kind != "removed") == after


def test_texts_that_have_nothing_in_common_are_not_compared():
    before, after = " ".join(map(str, range(3_000))), " ".join(map(str, range(3_000, 6_000)))
    assert [piece.kind for piece in changes(before, after)] == ["removed", "added"]
