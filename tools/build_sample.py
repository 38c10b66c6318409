"""Build the sample catalogue (src/broadsheet/data/sample) from the development data.

Only what may be shipped goes in: arXiv metadata (CC0), ACL Anthology records (CC BY 4.0), and of the hub's records the
paper's id, title, abstract, authors and date with the day it was listed, in the order of the ids: no votes, accounts
or generated summaries. The choice is deterministic.

    python tools/build_sample.py ../shared/data src/broadsheet/data/sample
"""

import hashlib
import json
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from broadsheet.taxonomy import load as load_taxonomy

PER_CATEGORY = 24
ACL_PAPERS = 250
EDITION_DAYS = 10
KEPT = ("id", "title", "abstract", "authors", "date", "categories", "doi", "comments", "updated")


def records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as stream:
        rest = b""
        while block := stream.read(1 << 20):
            *lines, rest = (rest + block).split(b"\n")
            yield from (json.loads(line) for line in lines if line)


def order(record: dict[str, Any]) -> str:
    return hashlib.sha256(record["id"].encode()).hexdigest()


def complete(record: dict[str, Any]) -> bool:
    names = record["authors"]
    whole = bool(record["abstract"] and names and record["date"]) and len(names) <= 60
    return whole and not any("等" in name for name in names)  # a list cut short, with its length in Chinese


def choose(data: Path, wanted: set[str]) -> list[dict[str, Any]]:
    taxonomy = load_taxonomy()
    pools: dict[str, list[dict[str, Any]]] = defaultdict(list)
    chosen: dict[str, dict[str, Any]] = {}
    acl = []
    for record in records(data / "corpus" / "papers-200k.jsonl.zst"):
        if not complete(record):
            continue
        if record["id"].removeprefix("arxiv:") in wanted and record["categories"]:
            chosen[record["id"]] = record
        if record["id"].startswith("acl:") and record["date"] >= "2015":
            acl.append(record)
        elif record["id"].startswith("arxiv:"):
            for code in {taxonomy.canonical(code) for code in record["categories"][:1]} - {None}:
                pools[str(code)].append(record)
    for code in sorted(pools):
        recent = sorted(pools[code], key=lambda r: (r["date"] < "2024", order(r)))
        half = PER_CATEGORY // 2
        older = sorted(recent[half:], key=order)
        chosen.update({record["id"]: record for record in (*recent[:half], *older[:half])})
    chosen.update({record["id"]: record for record in sorted(acl, key=order)[:ACL_PAPERS]})
    return [shipped(record) for record in sorted(chosen.values(), key=lambda r: r["id"])]


def shipped(record: dict[str, Any]) -> dict[str, Any]:
    kept = {name: record[name] for name in KEPT if record.get(name)}
    if record["id"].startswith("acl:"):
        kept |= {"venue": record["venue"], "url": record["url"], "licence": "CC BY 4.0"}
    return kept


def editions(data: Path) -> list[dict[str, Any]]:
    seen = [r for r in records(data / "hub" / "records.jsonl.zst") if r.get("first_daily_date")]
    days = sorted(Counter(r["first_daily_date"] for r in seen))[-EDITION_DAYS:]
    newest = sorted(
        (r for r in seen if r["first_daily_date"] in days), key=lambda r: (r["first_daily_date"], r["arxiv_id"])
    )
    return [listed(r["first_daily_date"], r["record"]["paper"]) for r in newest]


def listed(day: str, paper: dict[str, Any]) -> dict[str, Any]:
    authors = [{"name": author["name"]} for author in paper["authors"] if not author.get("hidden")]
    kept = {"id": paper["id"], "title": paper["title"], "summary": paper["summary"], "authors": authors}
    return {"first_daily_date": day, "record": {"paper": {**kept, "publishedAt": paper["publishedAt"]}}}


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    path.write_bytes(zstandard.ZstdCompressor(level=19).compress(lines.encode()))
    print(f"{path.name}: {len(rows)} records, {path.stat().st_size / 1024:.0f} KiB")


def main(data: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(data / "seed" / "papers.json", target / "seed.json")
    (target / "seed.json").chmod(0o644)
    newest = editions(data)
    wanted = {row["record"]["paper"]["id"] for row in newest}
    wanted |= {row["arxiv_id"] for row in json.loads((target / "seed.json").read_text())}
    write(target / "editions.jsonl.zst", newest)
    write(target / "papers.jsonl.zst", choose(data, wanted))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
