import io, json, random
import pytest
from hypothesis import given, settings, strategies as st, HealthCheck
from hypothesis.extra.django import TestCase
from broadsheet.ingest import ingest, take_batch
from broadsheet.reading import prepare
from broadsheet.sources import hub, jsonl, seed
from broadsheet.drafts import Draft, Problem
from broadsheet.store.content import content_hash
from broadsheet.store.intake import list_problems
from django.db import connection

pytestmark = pytest.mark.django_db
nasty = st.sampled_from(
    [
        "\0",
        "\ud800",
        "\udfff",
        "A\0b",
        "10.1/\0",
        "10.1000/x",
        "arxiv:2601.00001",
        "2601.00001v3",
        "hep-th/9901001",
        "https://e.org/\ud800",
        "https://doi.org/10.1000/%00",
        "https://[",
        "https://e.org:99999999/",
        "https://arxiv.org/abs/2601.00001v2",
        "doi:10.1/" + "\u9577" * 900,
        "pl:\x01",
        "openreview:a",
        "",
        " ",
        "withdrawn",
        "2024",
        "2024-05",
        "2024-05-06",
        "0001-01-01",
        "9999-12-31",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "$\\frac{",
        "{" * 3000,
        "\\" * 999,
        "Lo\u0308wner",
        "\u202e\u200b",
        "😀",
        "x" * 5000,
        "a,b",
        ", ,",
        "Jr.",
        "(x",
        "[",
        "von",
        ",",
        "-",
        "...",
        "cs.CV",
        "CS.cv",
        "grp_physics",
        "bs-aaaaaaaaaaaa",
        "1e999",
    ]
)
text = nasty | st.text(max_size=12)
num = st.sampled_from([0, 1, -1, 2**31 - 1, 2**31, 2**63, 10**30, 1.5, float("nan"), float("inf"), True, False])
leaf = text | num | st.none()
val = st.recursive(
    leaf,
    lambda c: (
        st.lists(c, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "orcid", "affiliation", "fullname", "user", "id"]) | text, c, max_size=3
        )
    ),
    max_leaves=6,
)


def rec(names):
    return st.fixed_dictionaries({}, optional={n: val for n in names})


def good(names_types):
    return st.fixed_dictionaries(
        {
            "id": st.sampled_from(["a", "b", "2601.00001", "arxiv:2601.00002v2", "10.1000/x"]) | text,
            "title": st.sampled_from(["A Study of Something Long Enough", "B"]) | text,
        },
        optional=names_types,
    )


J = good(
    {
        "abstract": text,
        "authors": st.lists(
            text | st.fixed_dictionaries({"name": text}, optional={"orcid": text, "affiliation": text}), max_size=4
        ),
        "date": text,
        "updated": text,
        "venue": text,
        "categories": st.lists(text, max_size=4),
        "tags": st.lists(text, max_size=4),
        "doi": text,
        "url": text,
        "other_ids": st.lists(text, max_size=4),
        "code_url": text,
        "project_url": text,
        "comments": text,
        "organisation": text | st.fixed_dictionaries({"name": text, "fullname": text}),
        "language": text,
        "licence": text,
        "version": st.integers(0, 4),
        "withdrawn": st.booleans(),
    }
)
jl = J | rec(
    [
        "id",
        "title",
        "abstract",
        "authors",
        "date",
        "updated",
        "venue",
        "categories",
        "tags",
        "doi",
        "url",
        "other_ids",
        "code_url",
        "project_url",
        "comments",
        "organisation",
        "language",
        "licence",
        "version",
        "withdrawn",
    ]
)
paper = st.fixed_dictionaries(
    {"id": text, "title": text},
    optional={
        "summary": text,
        "authors": st.lists(st.fixed_dictionaries({"name": text}), max_size=3),
        "publishedAt": text,
        "submittedOnDailyAt": text,
        "upvotes": st.integers(0, 9),
        "githubRepo": text,
        "githubRepoAddedBy": text,
        "projectPage": text,
        "mediaUrls": st.lists(text, max_size=3),
        "ai_summary": text,
        "ai_summary_model": text,
        "ai_keywords": st.lists(text, max_size=3),
        "withdrawnAt": text,
        "organization": text | val,
    },
) | rec(["id", "title", "summary", "authors", "upvotes", "organization"])
hb = (
    st.fixed_dictionaries({"paper": paper | val}, optional={"numComments": num, "title": text})
    | st.fixed_dictionaries(
        {"record": st.fixed_dictionaries({"paper": paper})}, optional={"first_daily_date": text, "observed_at": text}
    )
    | paper
)
sd = rec(
    ["arxiv_id", "title", "abstract", "position", "author_count", "organization", "date", "comment_count"]
) | st.fixed_dictionaries(
    {"arxiv_id": st.sampled_from(["2601.00001", "2601.00003"]), "title": text, "organization": text, "date": text}
)


def items(kind, records):
    if kind == "jsonl":
        return list(
            jsonl.read(
                io.BufferedReader(io.BytesIO(b"\n".join(json.dumps(r).encode() for r in records))), "f\udcff.jsonl"
            )
        )
    if kind == "hub":
        return list(hub.read(io.BufferedReader(io.BytesIO(b"\n".join(json.dumps(r).encode() for r in records))), "f"))
    return list(seed.read(io.BufferedReader(io.BytesIO(json.dumps(records).encode())), "f"))


from datetime import date


@settings(
    max_examples=int(__import__("os").environ.get("N", "300")), deadline=None, suppress_health_check=list(HealthCheck)
)
@given(
    st.lists(
        st.tuples(st.just("jsonl"), jl) | st.tuples(st.just("hub"), hb) | st.tuples(st.just("seed"), sd), max_size=14
    )
)
def test_fuzz(db, pairs):
    its = []
    for k, r in pairs:
        its += items(k, [r])
    pass
    hashes = []
    from broadsheet import reading

    for size in (1, 3, 1000):
        sid = connection.savepoint()
        reading.BATCH = size
        out = ingest(list(its))
        list_problems(99)
        h = content_hash()
        again = ingest(list(its))
        assert out.set_aside == again.set_aside
        hashes.append(h)
        connection.savepoint_rollback(sid)
    assert len(set(hashes)) == 1
