"""Settings from environment variables: defaults, spellings, secrets and mistakes."""

from pathlib import Path

import pytest

from broadsheet.environment import SETTINGS, read_environment
from broadsheet.errors import BadInput


def test_every_setting_has_a_default_that_can_be_read():
    environment = read_environment({})
    assert set(environment.values) == {setting.name for setting in SETTINGS}
    assert environment.given == frozenset()
    assert (environment["port"], environment["sample"], environment["workers"]) == (8000, True, 2)


def test_values_are_read_as_their_kind():
    given = {"BROADSHEET_DATA": "~/x", "BROADSHEET_ALLOWED_HOSTS": "a.org, b.org,", "BROADSHEET_URL": "https://a.org/"}
    environment = read_environment(given | {"BROADSHEET_SAMPLE": "No", "HOME": "/ignored"})
    assert environment["data"] == Path.home() / "x"
    assert environment["allowed_hosts"] == ("a.org", "b.org")
    assert (environment["url"], environment["sample"]) == ("https://a.org", False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "65536"), ("PORT", "²"), ("PORT", "-1"), ("PORT", ""), ("WORKERS", "0"),
        ("WORKERS", "many"), ("SAMPLE", "perhaps"), ("DEBUG", "2"), ("URL", "papers.example.org"), ("DATA", " "),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_named(name, value):
    with pytest.raises(BadInput, match=f"BROADSHEET_{name}="):
        read_environment({f"BROADSHEET_{name}": value})


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(BadInput, match="Did you mean BROADSHEET_PORT"):
        read_environment({"BROADSHEET_PROT": "1"})


def test_a_value_may_stand_in_a_file(tmp_path):
    path = tmp_path / "key"
    path.write_text("abc\n")
    assert read_environment({"BROADSHEET_SECRET_KEY_FILE": str(path)})["secret_key"] == "abc"
    with pytest.raises(BadInput, match="cannot read"):
        read_environment({"BROADSHEET_SECRET_KEY_FILE": str(tmp_path / "none")})
    with pytest.raises(BadInput, match="both set"):
        read_environment({"BROADSHEET_SECRET_KEY_FILE": str(path), "BROADSHEET_SECRET_KEY": "d"})


def test_database_url_is_second_to_our_own_name():
    ours, theirs = "postgresql://localhost/ours", "postgresql://localhost/theirs"
    assert read_environment({"DATABASE_URL": theirs})["database_url"] == theirs
    assert read_environment({"DATABASE_URL": theirs, "BROADSHEET_DATABASE_URL": ours})["database_url"] == ours


def test_secrets_are_not_shown():
    secret = "postgresql://me:tulips@localhost/x"
    shown = read_environment({"BROADSHEET_DATABASE_URL": secret, "BROADSHEET_SECRET_KEY": "tulips"}).shown()
    assert "tulips" not in str(shown)
    with pytest.raises(BadInput) as caught:
        read_environment({"BROADSHEET_DATABASE_URL": "mysql://me:tulips@localhost/x"})
    assert "tulips" not in str(caught.value)
