"""Rules for new texts: whole words in a row, and domains, however they are written."""

import pytest

from broadsheet.errors import BadInput
from broadsheet.filtering import ACTIONS, Rule, clean_rule, hosts, is_caught, preview, verdict


@pytest.mark.parametrize(
    ("pattern", "text", "caught"),
    [
        ("buy now", "Please BUY  now!", True),
        ("buy now", "ｂｕｙ ｎｏｗ", True),
        ("buy now", "buý nòw", True),
        ("buy now", "buy it now", False),
        ("cat", "concatenate", False),
        ("cat", "the cat.", True),
        ("straße", "STRASSE", True),
        ("论文", "这 论文 好", True),
    ],
)
def test_words(pattern, text, caught):
    assert is_caught(clean_rule("keyword", pattern, "flag"), text) is caught


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("see https://spam.example.com/x", True),
        ("see http://EXAMPLE.com", True),
        ("see www.example.com", True),
        ("https://user:pw@example.com:8080/a", True),
        ("[a](https://deep.sub.example.com)", True),
        ("https://example.com.evil.org/", False),
        ("https://notexample.com/", False),
        ("example com", False),
    ],
)
def test_domains(text, caught):
    assert is_caught(clean_rule("domain", "https://Example.com/path", "flag"), text) is caught


@pytest.mark.parametrize(
    "rule",
    [
        ("keyword", "!!", "flag"),
        ("keyword", "x" * 200, "flag"),
        ("domain", "no domain", "flag"),
        ("smell", "bad", "flag"),
        ("keyword", "bad", "burn"),
        ("keyword", "", "flag"),
    ],
)
def test_what_is_no_rule_is_refused(rule):
    with pytest.raises(BadInput):
        clean_rule(*rule)


def test_the_strictest_rule_counts():
    rules = [Rule("keyword", "bad", action) for action in ACTIONS]
    assert verdict("a bad text", rules).action == "refuse"
    assert verdict("a good text", rules) is None


def test_a_preview_names_what_would_be_caught():
    assert preview(Rule("keyword", "bad", "flag"), [(1, "bad"), (2, "good"), (3, "so bad!")]) == [1, 3]


def test_hosts_are_found_without_their_neighbours():
    assert hosts("(https://a.org) <http://b.org>, 'www.c.org'. https://d.org.") == ["a.org", "b.org", "c.org", "d.org"]
