"""Media: what people send as a report or a picture, looked at before it is kept. Reading bytes is all it does.

A report must be a PDF from its first byte to its end. A picture is decoded within limits and written anew, so that what
is kept holds pixels only: no place where it was taken, no program, no second file behind the first.
"""

import re
import threading
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from broadsheet.errors import BadInput

MAX_PDF: Final = 20 * 2**20
MAX_IMAGE: Final = 10 * 2**20
"""Bytes of a report and of a picture, as they are sent."""
MAX_PIXELS: Final = 20_000_000
MAX_SIDE: Final = 12_000
LARGE: Final = (1_600, 1_200)
SMALL: Final = (560, 420)
"""Width and height, in pixels, that a kept picture fits into, on the paper's page and in lists."""
FORMS: Final = ("PNG", "JPEG", "WEBP", "GIF")
QUALITY: Final = 82
PDF_HEAD: Final = re.compile(rb"%PDF-[12]\.\d[\s%]")
PDF_TAIL: Final = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*")
PDF_TABLE: Final = re.compile(rb"\s*(?:xref\b|\d+\s+\d+\s+obj\b)")
TAIL_BYTES: Final = 2_048

ONE_AT_A_TIME = threading.Lock()
"""Decoding takes memory by the pixel: a process does so once at a time."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture written anew as WebP, in two sizes; width and height are the large one's, in pixels."""

    large: bytes
    small: bytes
    width: int
    height: int


def check_pdf(file: BinaryIO, size: int) -> None:
    """Raises BadInput where a file is no whole PDF, or is a PDF with something else around it."""
    if size > MAX_PDF:
        raise BadInput(
            f"The report has {size / 2**20:.0f} MB, {MAX_PDF >> 20} MB at most. Make it smaller, or link it."
        )
    if size == 0:
        raise BadInput("The report is empty. Choose the file once more.")
    file.seek(0)
    if not PDF_HEAD.match(file.read(16)):
        raise BadInput("The report is no PDF: it does not begin like one. Send a PDF, or link to the file instead.")
    start = max(0, size - TAIL_BYTES)
    file.seek(start)
    ends = list(PDF_TAIL.finditer(file.read(TAIL_BYTES)))
    if not ends or start + ends[-1].end() != size:
        raise BadInput("The report is cut short, or something follows its end. Write the PDF anew and send it again.")
    _check_table(file, int(ends[-1][1]), size)


def _check_table(file: BinaryIO, place: int, size: int) -> None:
    """Whether the table of a PDF's objects lies where its end says."""
    file.seek(min(place, size))
    if place >= size or not PDF_TABLE.match(file.read(64)):
        raise BadInput("The report is damaged: its table of contents is missing. Write the PDF anew and send it again.")


def read_picture(file: BinaryIO, size: int) -> Picture:
    """The picture in a file, decoded and written anew; of a moving one its first frame. Raises BadInput."""
    if size > MAX_IMAGE:
        raise BadInput(f"The picture has {size / 2**20:.0f} MB, {MAX_IMAGE >> 20} MB at most. Make it smaller.")
    file.seek(0)
    head = file.read(16)
    if _is_film(head):
        raise BadInput("Films are not taken here. Send a still of it as PNG, JPEG, WebP or GIF, and link to the film.")
    file.seek(0)
    with ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("error")  # Pillow only warns of what may be a bomb
        try:
            return _written_anew(file)
        except BadInput:
            raise
        except UnidentifiedImageError as error:
            raise BadInput("The picture is none that is known here. Send a PNG, JPEG, WebP or GIF.") from error
        except Exception as error:  # whatever a hostile file provokes in a decoder is a refusal
            raise BadInput(
                "The picture cannot be read: it is damaged, or cut short. Save it anew and send it."
            ) from error


def _is_film(head: bytes) -> bool:
    brand = head[8:12]
    return (head[4:8] == b"ftyp" and brand not in (b"avif", b"avis")) or head[:4] in (b"\x1aE\xdf\xa3", b"OggS")


def _written_anew(file: BinaryIO) -> Picture:
    with Image.open(file, formats=FORMS) as image:
        width, height = image.size
        if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
            raise BadInput(
                f"The picture is {width:,} by {height:,} pixels; {MAX_PIXELS:,} pixels at most, {MAX_SIDE:,} a side. "
                "Make it smaller."
            )
        if min(width, height) < 16:
            raise BadInput("The picture is too small to be seen: 16 pixels a side at least.")
        image.draft("RGB", (2 * LARGE[0], 2 * LARGE[1]))  # lets a JPEG be decoded at half its size
        image.load()
        upright = ImageOps.exif_transpose(image)
        pixels = upright.convert("RGBA" if _has_holes(upright) else "RGB")
    large = ImageOps.contain(pixels, LARGE) if _exceeds(pixels.size, LARGE) else pixels
    small = ImageOps.contain(large, SMALL) if _exceeds(large.size, SMALL) else large
    return Picture(_webp(large), _webp(small), *large.size)


def _has_holes(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _exceeds(size: tuple[int, int], box: tuple[int, int]) -> bool:
    return size[0] > box[0] or size[1] > box[1]


def _webp(image: Image.Image) -> bytes:
    """The pixels alone: a fresh image carries no notes of the old one."""
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    written = BytesIO()
    bare.save(written, "WEBP", quality=QUALITY, method=4)
    return written.getvalue()
