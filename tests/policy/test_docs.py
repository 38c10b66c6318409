"""Documentation: every setting and every command with its options is written down."""

from pathlib import Path

import pytest
import typer

from broadsheet.cli import app
from broadsheet.environment import SETTINGS

DOCS = Path(__file__).parents[2] / "docs"


def commands(group, words=()):
    """Every command, as the words that call it and the command itself."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_is_documented_with_its_default(setting):
    lines = (DOCS / "settings.md").read_text(encoding="utf-8").splitlines()
    default = f"`{setting.default}`" if setting.default else "(none)"
    row = f"| `{setting.variable}` | {default} | {setting.meaning} |"
    assert row in lines, f"docs/settings.md lacks the row: {row}"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented_with_its_options(name):
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    _, heading, rest = text.partition(f"\n## broadsheet {name}\n")
    assert heading, f"docs/commands.md lacks `broadsheet {name}`"
    section = rest.partition("\n## ")[0]
    options = [option for p in COMMANDS[name].params if p.param_type_name == "option" for option in p.opts]
    assert [option for option in options if option != "--help" and f"`{option}" not in section] == []
