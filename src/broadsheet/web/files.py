"""Files: reports and pictures of papers, given out so that no browser runs what is in them."""

import re
from typing import Final, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from broadsheet.attachments import get_file
from broadsheet.clock import now
from broadsheet.errors import BadInput, NotFound
from broadsheet.media import check_pdf, read_picture
from broadsheet.store.files import Note, keep_picture, keep_stream, place_of
from broadsheet.web.access import Who, open_to
from broadsheet.web.uploads import file_of
from broadsheet.web.viewing import viewer_of

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LONG: Final = "public, max-age=31536000, immutable"
UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_ALT, LEAST_ALT = 300, 5


@open_to(Who.ANYONE)
def file(request: HttpRequest, name: str) -> HttpResponse:
    """A report as something to save, a picture as something to show."""
    found = get_file(viewer_of(request), name, now())
    path = place_of(name)
    if path is None or not path.is_file():
        raise NotFound("This file is not kept here any more.")
    whole = FileResponse(path.open("rb"), content_type=found.media_type)
    shown = _file_name(found.note, path.suffix)
    disposition = "attachment" if found.note.kind == "pdf" else "inline"
    whole.headers["Content-Disposition"] = f'{disposition}; filename="{shown}"'
    whole.headers["Cache-Control"] = LONG if found.is_public else "no-store, private"
    for header, value in HEADERS.items():
        whole.headers[header] = value
    return cast(HttpResponse, cast(HttpResponseBase, whole))


def _file_name(note: Note, suffix: str) -> str:
    """A name that no system stumbles over, made of the one it was sent under."""
    stem = UNSAFE.sub("-", note.name.rpartition(".")[0] or note.name).strip("-.")[:80]
    return f"{stem or note.digest[:12]}{suffix}"


def read_files(request: HttpRequest, *, with_pdf: bool) -> tuple[Note, ...]:
    """What was sent with a form, checked and kept. Raises BadInput, after which nothing of it is kept for long."""
    pdf = file_of(request, "pdf") if with_pdf else None
    image = file_of(request, "image")
    alt = " ".join(request.POST.get("alt", "").split())
    if image is not None and not LEAST_ALT <= len(alt) <= LONGEST_ALT:
        raise BadInput("Say in a few words what the picture shows, for those who cannot see it (5 to 300 characters).")
    notes = []
    if pdf is not None:
        notes.append(_keep_pdf(pdf))
    if image is not None:
        notes.append(_keep_image(image, alt))
    return tuple(notes)


def _keep_pdf(file: UploadedFile) -> Note:
    check_pdf(file.file, file.size or 0)  # type: ignore[arg-type]
    digest, size = keep_stream(file.file, ".pdf")  # type: ignore[arg-type]
    return Note(digest, "pdf", size, name=(file.name or "")[:200])


def _keep_image(file: UploadedFile, alt: str) -> Note:
    picture = read_picture(file.file, file.size or 0)  # type: ignore[arg-type]
    digest, size = keep_picture(picture.large, picture.small)
    return Note(
        digest, "image", size, name=(file.name or "")[:200], alt=alt, width=picture.width, height=picture.height
    )
