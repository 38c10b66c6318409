"""Evidence: what is known of people for sure (addresses, ORCID), and of organisations (their mail domains)."""

from collections.abc import Sequence

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount

from broadsheet.claim_rules import House, Printed, Proof
from broadsheet.people import Viewer
from broadsheet.store.models import Person
from broadsheet.store.query import rows

AUTHORS = """
    SELECT a.position, a.name, a.orcid, a.affiliation, coalesce(p.provenance ->> 'authors', '')
    FROM authorship a JOIN paper p ON p.id = a.paper_id WHERE a.paper_id = %s ORDER BY a.position
"""


def proof_of(person: int) -> Proof:
    """The ORCID that somebody signs in with, and the addresses whose mail reaches them."""
    orcid = SocialAccount.objects.filter(user_id=person, provider="orcid").values_list("uid", flat=True).first()
    verified = EmailAddress.objects.filter(user_id=person, verified=True).order_by("email")
    return Proof(orcid or "", tuple(verified.values_list("email", flat=True)))


def find_viewer(person: int) -> Viewer | None:
    """Somebody as the rules see them, outside of any request; None for a closed account."""
    found = Person.objects.filter(pk=person, is_active=True, deleted_at=None).first()
    if found is None:
        return None
    verified = EmailAddress.objects.filter(user_id=person, verified=True).exists()
    until = found.suspended_until
    return Viewer(found.pk, found.handle, found.name, found.role, found.joined_at, verified, until)


def houses_of(paper: int) -> list[House]:
    """Organisations with known mail domains; `named` where another source than members puts them on the paper."""
    found = rows(
        """SELECT o.name, f.domains, EXISTS (SELECT FROM paper_organisation p
                  WHERE p.paper_id = %s AND p.organisation_id = o.id AND p.said_by <> 'member')
           FROM organisation_profile f JOIN organisation o ON o.id = f.organisation_id WHERE f.domains <> '{}'
           ORDER BY o.id""",
        paper,
    )
    return [House(name, tuple(domains), named) for name, domains, named in found]


def printed_authors(paper: int) -> Sequence[Printed]:
    """The names on a paper, in order."""
    return [Printed(*row) for row in rows(AUTHORS, paper)]
