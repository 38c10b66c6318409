"""OAI-PMH and the search API page to exactly the truth, in the forms of real answers."""

from datetime import date, timedelta
from urllib.parse import quote

import pytest
from lxml import etree
from tests.fakes.asking import ATOM, OAI, RAW, SEARCH, api, get, ids, oai, oai_pages, tags, tree
from tests.fakes.mailings import eastern
from tests.fakes.world import midday


@pytest.mark.parametrize("prefix", ["arXiv", "arXivRaw", "oai_dc"])
def test_pages_of_all_records_are_the_truth(upstream, world, clock, prefix):
    found = ids(oai_pages(upstream, metadataPrefix=prefix))
    assert sorted(found) == sorted(world.truth(clock.now()))
    assert len(upstream.requests) == -(-len(found) // 50)


def test_pages_tell_the_truth_about_each_paper(upstream, world, clock):
    told = {}
    for page in oai_pages(upstream, metadataPrefix="arXivRaw"):
        for raw in page.iter(f"{RAW}arXivRaw"):
            text = {child.tag.removeprefix(RAW): " ".join((child.text or "").split()) for child in raw}
            versions = len(raw.findall(f"{RAW}version"))
            told[text["id"]] = (versions, text["title"], text["abstract"], tuple(text["categories"].split()))
    truth = world.truth(clock.now())
    living = {key: each for key, each in truth.items() if not each.deleted}
    assert told == {k: (each.version, each.title, each.abstract, each.categories) for k, each in living.items()}


def test_sets_and_days_narrow_a_list(upstream, world, clock):
    shown = world.at(clock.now()).records()
    in_set = {each.record.id for each in shown if "cs.CL" in each.record.categories}
    assert set(ids(oai_pages(upstream, metadataPrefix="arXiv", set="cs:cs:CL"))) == in_set
    in_archive = {each.record.id for each in shown if each.record.lies_in("cs")}
    assert set(ids(oai_pages(upstream, metadataPrefix="arXiv", set="cs"))) == in_archive
    first, last = date(2026, 11, 9), date(2026, 11, 11)
    in_days = {each.record.id for each in shown if first <= each.datestamp <= last}
    assert set(ids(oai_pages(upstream, metadataPrefix="arXiv", from_=first, until=last))) == in_days


def test_a_page_each_day_by_from_misses_nothing(upstream, world, clock):
    held, since = set(), None
    for day in range(6):
        clock.moment = midday(date(2026, 11, 14) + timedelta(days=day))
        held |= set(ids(oai_pages(upstream, metadataPrefix="arXiv", **({"from_": since} if since else {}))))
        since = clock.now().date() - timedelta(days=2)
    assert held == set(world.truth(clock.now()))


def test_tokens_carry_no_size_and_expire_with_the_day(upstream, clock):
    page = tree(upstream, oai(verb="ListRecords", metadataPrefix="arXiv"))
    token = page.find(f".//{OAI}resumptionToken")
    assert set(token.attrib) == {"expirationDate"}
    assert "%" in token.text
    clock.forward(days=1)
    late = tree(upstream, f"/oai?verb=ListRecords&resumptionToken={quote(token.text)}")
    assert late.find(f"{OAI}error").get("code") == "badResumptionToken"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("verb=Nonsense", "badVerb"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXiv&from=2026-11-20T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=arXiv&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=arXiv&set=econ", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=arXiv&from=2027-01-01", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=arXiv&identifier=oai:arXiv.org:2611.99999", "idDoesNotExist"),
    ],
)
def test_errors_of_the_protocol(upstream, query, code):
    assert tree(upstream, f"/oai?{query}").find(f"{OAI}error").get("code") == code


def test_other_verbs(upstream, world, clock):
    assert tree(upstream, "/oai?verb=Identify").findtext(f".//{OAI}granularity") == "YYYY-MM-DD"
    assert "cs:cs:CL" in [each.text for each in tree(upstream, "/oai?verb=ListSets").iter(f"{OAI}setSpec")]
    wanted = next(iter(world.truth(clock.now())))
    one = oai(verb="GetRecord", metadataPrefix="arXiv", identifier=f"oai:arXiv.org:{wanted}")
    assert ids([tree(upstream, one)]) == [wanted]
    headers = tree(upstream, oai(verb="ListIdentifiers", metadataPrefix="arXiv"))
    assert headers.find(f".//{OAI}metadata") is None


@pytest.mark.shared
def test_oai_forms_are_those_of_real_answers(upstream, shared):
    for prefix, name in (("arXiv", "oai_arXiv"), ("arXivRaw", "oai_arXivRaw")):
        real = set().union(*(tags(etree.parse(path).getroot()) for path in (shared / "wire" / name).glob("*.xml")))
        real = {path.replace("/GetRecord", "/ListRecords").replace("GetRecord", "ListRecords") for path in real}
        fake = set().union(*(tags(page) for page in oai_pages(upstream, metadataPrefix=prefix)))
        allowed = ("header@status", "@expirationDate", "resumptionToken", "@identifier", "@set")
        assert [path for path in fake - real if not path.endswith(allowed)] == []


# The search API


def test_search_pages_by_category_and_day_are_what_was_submitted_then(upstream, world, clock):
    query = "cat:cs.* AND submittedDate:[202611090000 TO 202611172359]"
    found, start, total = [], 0, 1
    while start < total:
        path = api(search_query=query, start=start, max_results=7, sortBy="submittedDate", sortOrder="ascending")
        page = tree(upstream, path)
        total = int(page.findtext(f"{SEARCH}totalResults"))
        found += [each.findtext(f"{ATOM}id") for each in page.iter(f"{ATOM}entry")]
        start += 7
    records = [
        record
        for record in world.at(clock.now()).searchable()
        if record.lies_in("cs") and date(2026, 11, 9) <= record.versions[0].date() <= date(2026, 11, 17)
    ]
    records.sort(key=lambda record: record.versions[0])
    assert found == [f"http://arxiv.org/abs/{record.id}v{record.version}" for record in records]
    assert len(found) > 7


def test_search_follows_at_midnight_eastern(world):
    evening = eastern(date(2026, 11, 18)) + timedelta(hours=23)
    fresh = {key for key, each in world.truth(evening).items() if each.announced == date(2026, 11, 19)}
    names = lambda now: {record.id for record in world.at(now).searchable()}  # noqa: E731
    assert fresh
    assert not fresh & names(evening)
    assert fresh <= names(evening + timedelta(hours=1))


def test_queries_with_or_brackets_and_wildcards(upstream, world, clock):
    found = world.at(clock.now()).searchable()
    for query, wanted in {
        "cat:stat.ML OR cat:hep-th": lambda record: {"stat.ML", "hep-th"} & set(record.categories),
        "(cat:cs.*) ANDNOT (cat:cs.LG OR cat:cs.CL)": lambda record: (
            record.lies_in("cs") and not {"cs.LG", "cs.CL"} & set(record.categories)
        ),
        "": lambda record: False,
    }.items():
        total = tree(upstream, api(search_query=query)).findtext(f"{SEARCH}totalResults")
        assert int(total) == sum(bool(wanted(record)) for record in found)


def test_ids_with_and_without_version(upstream, world, clock):
    record = next(each for each in world.at(clock.now()).searchable() if each.version > 1)
    page = tree(upstream, api(id_list=f"{record.id},{record.id}v1,2611.99999"))
    assert [each.findtext(f"{ATOM}id").rpartition("/")[2] for each in page.iter(f"{ATOM}entry")] == [
        f"{record.id}v{record.version}", f"{record.id}v1"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (api(id_list="abc"), 200),
        (api(search_query="cat:cs.LG AND"), 200),
        (api(search_query="cat:cs.LG", max_results=-1), 200),
        (api(search_query="cat:cs.LG", max_results=30_001), 400),
    ],
)
def test_errors_of_search_are_entries(upstream, path, status):
    answered, _, body = get(upstream, path)
    assert answered == status
    (entry,) = etree.fromstring(body).iter(f"{ATOM}entry")
    assert "/api/errors#" in entry.findtext(f"{ATOM}id")


@pytest.mark.shared
def test_atom_forms_are_those_of_real_answers(upstream, shared):
    real = set().union(*(tags(etree.parse(p).getroot()) for p in (shared / "wire" / "arxiv_atom").glob("lukas*.xml")))
    pages = [tree(upstream, path) for path in (api(search_query="cat:cs.*", max_results=400), api(id_list="abc"))]
    assert set().union(*map(tags, pages)) - real == set()
