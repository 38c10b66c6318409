"""Claim rules: evidence is enough only where nobody could have made it up."""

import pytest

from broadsheet.claim_rules import House, Printed, Proof, affiliation_of, bears_name, clean_domains, place_now, weigh

LAKESIDE = House("Lakeside University", ("lakeside.edu",), named=False)
ORCID = "0000-0002-1825-0097"


def printed(**changes):
    given = {"position": 1, "name": "Mira Okafor", "orcid": "", "affiliation": "Lakeside University", "source": "acl"}
    return Printed(**{**given, **changes})


@pytest.mark.parametrize("uid", [ORCID, f"https://orcid.org/{ORCID}", f"http://orcid.org/{ORCID}"])
def test_the_printed_orcid_proves_it(uid):
    verdict = weigh(printed(orcid=ORCID), [], Proof(orcid=uid))
    assert (verdict.sure, verdict.evidence) == (True, "orcid")


@pytest.mark.parametrize("uid", ["", "0000-0002-1825-0098", "0000", "x" * 30])
def test_another_orcid_proves_nothing(uid):
    assert not weigh(printed(orcid=ORCID), [], Proof(orcid=uid)).sure


def test_an_orcid_without_a_printed_one_proves_nothing():
    assert not weigh(printed(), [], Proof(orcid=ORCID)).sure


def test_what_members_say_of_a_papers_authors_proves_nothing_about_them():
    proof = Proof(ORCID, ("mira.okafor@lakeside.edu",))
    assert not weigh(printed(orcid=ORCID, source="member"), [LAKESIDE], proof).sure


@pytest.mark.parametrize(
    ("address", "sure"),
    [
        ("mira.okafor@lakeside.edu", True),
        ("M.OKAFOR@cs.Lakeside.edu", True),
        ("okaforlab@lakeside.edu", True),
        ("jonas@lakeside.edu", False),
        ("mira.okafor@gmail.com", False),
        ("mira.okafor@notlakeside.edu", False),
        ("mira.okafor@lakeside.edu.evil.example", False),
        ("okafor", False),
        ("okafor@", False),
    ],
)
def test_an_address_at_the_affiliation_that_bears_the_name_proves_it(address, sure):
    verdict = weigh(printed(), [LAKESIDE], Proof(addresses=(address,)))
    assert verdict.sure is sure
    assert not sure or verdict.evidence == "mail"


def test_an_address_of_another_house_proves_nothing():
    assert not weigh(
        printed(affiliation="Hillside College"), [LAKESIDE], Proof(addresses=("okafor@lakeside.edu",))
    ).sure


def test_a_house_that_a_source_puts_on_the_paper_counts():
    house = House("Lakeside University", ("lakeside.edu",), named=True)
    assert weigh(printed(affiliation=""), [house], Proof(addresses=("okafor@lakeside.edu",))).sure


@pytest.mark.parametrize(
    ("domain", "affiliation", "fits"),
    [
        ("lakeside.edu", "CS Dept., mail: info@lakeside.edu", True),
        ("cs.lakeside.edu", "cs.lakeside.edu", True),
        ("edu", "lakeside.edu", False),
        ("gmail.com", "somebody@gmail.com", False),
        ("mail.gmail.com", "gmail.com", False),
        ("lakeside.edu", "Lakeside University", False),
        ("lakeside.edu", "", False),
    ],
)
def test_a_domain_fits_an_affiliation_that_prints_it(domain, affiliation, fits):
    assert bool(affiliation_of(domain, affiliation, [])) is fits


def test_a_short_or_empty_name_of_a_house_fits_nothing():
    assert not affiliation_of("ab.edu", "anything at all", [House("a", ("ab.edu",), named=False)])
    assert not affiliation_of("ab.edu", "anything at all", [House("", ("ab.edu",), named=False)])


@pytest.mark.parametrize(
    ("local", "name", "fits"),
    [
        ("mira.okafor", "Okafor, Mira", True),
        ("okafor", "M. Okafor", True),
        ("mira", "Mira Okafor", False),
        ("li", "Wei Li", False),
        ("jmuller", "Jörg Müller", True),
        ("", "Mira Okafor", False),
    ],
)
def test_an_address_bears_a_family_name_of_three_letters_or_more(local, name, fits):
    assert bears_name(local, name) is fits


@pytest.mark.parametrize(
    ("names", "place"),
    [
        (["Mira Okafor", "Jonas Lindqvist"], 1),
        (["Jonas Lindqvist", "Okafor, Mira"], 2),
        (["Jonas Lindqvist"], None),
        (["X Y", "Mira Okafor", "Mira Okafor"], None),
        ([], None),
    ],
)
def test_a_name_is_found_where_it_stands_now(names, place):
    assert place_now(1, "Mira Okafor", names) == place


def test_mail_domains_are_read_and_public_hosts_refused():
    assert clean_domains("@lakeside.edu, LAB.example.org.; gmail.com x") == (
        ("lakeside.edu", "lab.example.org"),
        ("gmail.com", "x"),
    )
