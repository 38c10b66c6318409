"""Files: what was sent with a form is kept whole or not at all, and given out so that nothing in it runs."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.fakes.uploads import pdf, picture

from broadsheet.ingest import ingest
from broadsheet.store import files
from broadsheet.store.catalogue import find_paper
from broadsheet.store.models import PaperFile, PaperState, Submission

pytestmark = pytest.mark.django_db

REASON = "It shows where people look next, which nobody could before."
FORM = {
    "title": "A Report on Tides",
    "authors": "Alice Example",
    "abstract": "We report on tides in a harbour, measured for forty days with a stick and a clock.",
    "reason": REASON,
    "own": "yes",
    "alt": "A tide table",
}


@pytest.fixture(autouse=True)
def empty_folder(data):
    yield
    for path in (data / "media").rglob("*"):
        if path.is_file():
            path.unlink()


def kept():
    return sorted(path.name for path in files.folder().rglob("*") if path.is_file())


def as_file(body, name="a.png", kind="image/png"):
    return SimpleUploadedFile(name, body, kind)


def enter(person):
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def send(client, status=303, **data):
    response = client.post("/submit/send", {**FORM, **data})
    assert response.status_code == status, response.content[:3_000].decode()
    return response


def get(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return response


def test_a_report_and_a_picture_come_with_a_submission(person, visit):
    send(enter(person()), pdf=as_file(pdf(), "tides 1.pdf", "application/pdf"), image=as_file(picture()))
    paper = Submission.objects.get().paper
    assert sorted(PaperFile.objects.values_list("kind", flat=True)) == ["image", "pdf"]
    page = visit(f"/papers/{paper.key}")
    assert page.all("//figure/img/@alt") == ["A tide table"]
    report = page.all("//a[contains(., 'Report (PDF')]/@href")[0]
    response = get(Client(), report)
    assert b"".join(response.streaming_content) == pdf()
    assert response.headers["Content-Disposition"] == 'attachment; filename="tides-1.pdf"'
    assert response.headers["Content-Type"] == "application/pdf"
    for path in (report, page.all("//figure/img/@src")[0]):
        response = get(Client(), path)
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in response.headers


def test_a_picture_is_given_out_written_anew_in_two_sizes(person):
    send(enter(person()), image=as_file(picture("PNG", (2_000, 1_500)), "../../etc/passwd.png"))
    note = PaperFile.objects.get()
    large = Image.open(BytesIO(b"".join(get(Client(), f"/files/{note.digest}.webp").streaming_content)))
    small = get(Client(), f"/files/{note.digest}-small.webp")
    assert large.size == (note.width, note.height) == (1_600, 1_200)
    assert small.headers["Content-Disposition"] == 'inline; filename="passwd.webp"'
    assert Image.open(BytesIO(b"".join(small.streaming_content))).size == (560, 420)
    assert len(kept()) == 2


@pytest.mark.parametrize(
    ("field", "body", "name", "kind", "says"),
    [
        ("pdf", b"<html><script>alert(1)</script></html>", "a.pdf", "application/pdf", "no PDF"),
        ("pdf", pdf()[:-40], "a.pdf", "application/pdf", "cut short"),
        ("pdf", pdf() + b"<script>", "a.pdf", "application/pdf", "something follows"),
        ("pdf", b"", "a.pdf", "application/pdf", "empty"),
        ("pdf", b"%PDF-1.4" + b"x" * (20 * 2**20), "a.pdf", "application/pdf", "larger than 20 MB"),
        ("image", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "image/svg+xml", "none that is known"),
        ("image", picture()[:60], "a.png", "image/png", "cannot be read"),
        ("image", b"x" * (10 * 2**20 + 1), "a.png", "image/png", "larger than 10 MB"),
        ("image", b"\0\0\0\x18ftypmp42", "a.mp4", "video/mp4", "Films are not taken"),
    ],
)
def test_a_file_that_is_refused_leaves_nothing_behind(person, field, body, name, kind, says):
    response = send(enter(person()), 400, **{field: as_file(body, name, kind)})
    assert says in response.content.decode()
    assert "A Report on Tides" in response.content.decode()
    assert kept() == []
    assert Submission.objects.count() == PaperFile.objects.count() == 0


def test_a_picture_needs_words_for_those_who_cannot_see_it(person):
    response = send(enter(person()), 400, image=as_file(picture()), alt="  ")
    assert "what the picture shows" in response.content.decode()
    assert kept() == []


def test_a_request_that_says_itself_that_it_is_too_long_is_refused_unread(person):
    client = enter(person())
    response = client.post(
        "/submit/send", {**FORM, "image": as_file(picture())}, headers={"Content-Length": "99999999"}
    )
    assert response.status_code == 413
    assert kept() == []


def test_a_request_that_breaks_off_leaves_nothing_behind(person):
    client = enter(person())
    body = b'--x\r\nContent-Disposition: form-data; name="pdf"; filename="a.pdf"\r\n\r\n' + pdf()[:200]
    response = client.generic("POST", "/submit/send", body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 400
    assert kept() == []


def test_files_in_fields_that_take_none_are_passed_over(person):
    send(enter(person()), exe=as_file(b"MZ", "a.exe", "application/octet-stream"))
    assert kept() == []


def test_files_of_a_submission_that_waits_are_for_its_submitter_and_moderators(person):
    newcomer, stranger, moderator = person(days=1), person("charlie"), person("mod", role="moderator")
    send(enter(newcomer), pdf=as_file(pdf(), "a.pdf", "application/pdf"))
    path = f"/files/{kept()[0]}"
    get(Client(), path, 404)
    get(enter(stranger), path, 404)
    for viewer in (newcomer, moderator):
        assert get(enter(viewer), path).headers["Cache-Control"] == "no-store, private"
    number = Submission.objects.get().pk
    enter(moderator).post(f"/moderation/submissions/{number}", {"to": "accept", "note": "Welcome here"})
    assert "immutable" in get(Client(), path).headers["Cache-Control"]


def test_files_of_a_hidden_paper_are_hidden(person):
    send(enter(person()), pdf=as_file(pdf(), "a.pdf", "application/pdf"))
    path = f"/files/{kept()[0]}"
    PaperState.objects.create(paper=Submission.objects.get().paper, hidden=True)
    get(Client(), path, 404)
    get(enter(person("mod", role="moderator")), path)


@pytest.mark.parametrize(
    "name",
    ["x", "..%2f..%2fsecret-key", "%2e%2e/secret-key", "0" * 64, f"{'0' * 64}.pdf", f"{'a' * 64}-small.pdf", "\0"],
)  # fmt: skip
def test_other_names_lead_nowhere(name, db):
    assert Client().get(f"/files/{name}").status_code == 404


def test_one_file_under_another_ending_is_none(person):
    send(enter(person()), pdf=as_file(pdf(), "a.pdf", "application/pdf"))
    get(Client(), f"/files/{kept()[0].replace('.pdf', '.webp')}", 404)


def test_files_are_added_and_taken_off_by_those_whose_paper_it_is(person, draft):
    ingest([draft()])
    paper = find_paper("2601.00001")[0]
    alice, bob = enter(person()), enter(person("bob"))
    alice.post("/submit/send", {"text": "2601.00001", "reason": REASON})
    data = {"image": as_file(picture()), "alt": "A scanpath", "next": "/submissions"}
    assert bob.post(f"/files/of/{paper}", data).status_code == 403
    assert kept() == []
    assert alice.post(f"/files/of/{paper}", {**data, "image": as_file(picture())}).status_code == 303
    digest = PaperFile.objects.get().digest
    assert "A scanpath" in get(alice, f"/files/of/{paper}").content.decode()
    get(bob, f"/files/of/{paper}", 403)
    assert "Choose a file first" in alice.post(f"/files/of/{paper}").content.decode()
    assert bob.post(f"/files/of/{paper}/remove", {"digest": digest}).status_code == 403
    assert alice.post(f"/files/of/{paper}/remove", {"digest": digest}).status_code == 303
    assert alice.post(f"/files/of/{paper}/remove", {"digest": digest}).status_code == 404
    assert Client().post(f"/files/of/{paper}").status_code == 403
    assert PaperFile.objects.count() == 0


def test_what_nothing_speaks_of_any_more_is_swept_after_a_day(person):
    send(enter(person()), image=as_file(picture()))
    digest, _ = files.keep_stream(BytesIO(b"forgotten"), ".pdf")
    (files.folder() / f"{files.HALF}x").write_bytes(b"half")
    now = datetime.now(UTC)
    assert files.sweep(now) == 0
    assert files.sweep(now + timedelta(days=2)) == 2
    assert f"{digest}.pdf" not in kept()
    assert len(kept()) == 2
