"""The commands about people: `broadsheet person list`, and what an operator does for or about an account."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from broadsheet.errors import BadInput
from broadsheet.launch import instance
from broadsheet.printing import out, print_json, safe

app = typer.Typer(help="People: who has an account, and what they may do.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Handle = Annotated[str, typer.Argument(help="The handle of an account.")]


@app.command("list")
def list_people(
    *,
    role: Annotated[str, typer.Option(help="Only member, trusted, moderator or admin.")] = "",
    limit: Annotated[int, typer.Option(help="How many to print.", min=1, max=100_000)] = 1_000,
    as_json: AsJson = False,
) -> None:
    """Print who has an account."""
    with instance():
        from broadsheet.store.accounts import list_accounts

        accounts = list_accounts(role=role, limit=limit)
    if as_json:
        print_json(
            [
                {
                    "handle": each.handle,
                    "name": each.name,
                    "mail": each.address,
                    "role": each.role,
                    "joined": each.joined_at.isoformat(),
                    "suspended_until": each.suspended_until.isoformat() if each.suspended_until else None,
                    "verified": each.verified,
                }
                for each in accounts
            ]
        )
        return
    table = Table("handle", "name", "mail", "role", "joined", "state", box=None)
    for each in accounts:
        state = "suspended" if each.suspended_until else "" if each.verified else "not confirmed"
        row = (each.handle, each.name, each.address, each.role, f"{each.joined_at:%Y-%m-%d}", state)
        table.add_row(*map(safe, row))
    out().print(table if accounts else "Nobody has an account yet.")


@app.command()
def add(
    handle: Handle,
    address: Annotated[str, typer.Argument(help="Their mail address, taken as confirmed.")],
    *,
    role: Annotated[str, typer.Option(help="member, trusted, moderator or admin.")] = "member",
) -> None:
    """Make an account without a password, and print the link that sets one; good for a day, and once."""
    with instance():
        from broadsheet.accounts import add_account, set_role
        from broadsheet.clock import now
        from broadsheet.web.reset_links import reset_link

        person = add_account(handle, address, now())
        if role != "member":
            set_role(handle, role)
        out().print(f"{safe(handle)} can set a password here:\n{reset_link(person)}", soft_wrap=True)


@app.command()
def role(handle: Handle, name: Annotated[str, typer.Argument(help="member, trusted, moderator or admin.")]) -> None:
    """Give somebody a role. They have to sign in again."""
    with instance():
        from broadsheet.accounts import set_role

        set_role(handle, name)
    out().print(f"{safe(handle)} is now {safe(name)}.")


@app.command()
def suspend(
    handle: Handle,
    *,
    days: Annotated[int, typer.Option(help="For how many days; for good without it.", min=0, max=3_650)] = 0,
    lift: Annotated[bool, typer.Option("--lift", help="End a suspension.")] = False,
) -> None:
    """Let somebody read but not act. They can still sign in, take everything with them, and leave."""
    if lift and days:
        raise BadInput("--lift ends a suspension, --days begins one: choose one of them.")
    with instance():
        from broadsheet.accounts import FOREVER
        from broadsheet.accounts import suspend as until
        from broadsheet.clock import now

        until(handle, None if lift else now() + timedelta(days=days) if days else FOREVER)
    how = "may act again" if lift else f"is suspended for {days} days" if days else "is suspended for good"
    out().print(f"{safe(handle)} {how}.")


@app.command()
def reset(handle: Handle) -> None:
    """End all sessions and tokens of somebody, and print a link that sets a new password; good for a day, and once."""
    with instance():
        from broadsheet.accounts import end_sessions
        from broadsheet.web.reset_links import reset_link

        link = reset_link(end_sessions(handle))
    out().print(f"{safe(handle)} is signed out everywhere, and can set a new password here:\n{link}", soft_wrap=True)


@app.command()
def invite(address: Annotated[str, typer.Argument(help="Whom to invite.")]) -> None:
    """Print a link that lets the owner of an address join, where BROADSHEET_SIGN_UP is invited; good for two weeks."""
    if "@" not in address:
        raise BadInput(f"{address}: write a mail address, such as mira@example.org.")
    with instance():
        from broadsheet.web.invitations import invitation

        out().print(invitation(address), soft_wrap=True)
