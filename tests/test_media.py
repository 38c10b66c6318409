"""Media: reports and pictures are what they say they are, or are refused; of a picture only its pixels are kept."""

import struct
import tracemalloc
import zlib
from io import BytesIO

import pytest
from PIL import Image
from tests.fakes.uploads import pdf, picture

from broadsheet.errors import BadInput
from broadsheet.media import LARGE, MAX_IMAGE, MAX_PDF, SMALL, check_pdf, read_picture


def read(body):
    return read_picture(BytesIO(body), len(body))


def check(body):
    check_pdf(BytesIO(body), len(body))


def reopened(body):
    return Image.open(BytesIO(body))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_is_written_anew_as_webp_in_two_sizes(form):
    made = read(picture(form, (3_000, 1_000)))
    large, small = reopened(made.large), reopened(made.small)
    assert (large.format, small.format) == ("WEBP", "WEBP")
    assert (made.width, made.height) == large.size == (1_600, 533)
    assert small.size == (560, 187)
    assert large.size[1] <= LARGE[1]
    assert small.size[0] <= SMALL[0]


def test_a_small_picture_stays_as_large_as_it_is():
    made = read(picture("PNG", (300, 200)))
    assert (made.width, made.height) == (300, 200)


def test_notes_of_cameras_and_programs_are_gone():
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[1] = "N"
    made = read(picture("JPEG", (64, 64), exif=exif, comment=b"secret comment"))
    again = reopened(made.large)
    assert not dict(again.getexif())
    assert again.info.keys() <= {"loop", "background", "timestamp", "duration"}
    assert b"secret" not in made.large
    assert b"home" not in made.large


def test_a_picture_that_lies_on_its_side_is_set_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    made = read(picture("JPEG", (64, 32), exif=exif))
    assert (made.width, made.height) == (32, 64)


def test_see_through_pictures_stay_so():
    glass = Image.new("RGBA", (64, 64), (255, 0, 0, 90))
    body = BytesIO()
    glass.save(body, "PNG")
    assert reopened(read(body.getvalue()).large).mode == "RGBA"


def test_of_a_moving_picture_the_first_frame_is_kept():
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "green", "blue")]
    body = BytesIO()
    frames[0].save(body, "GIF", save_all=True, append_images=frames[1:])
    made = reopened(read(body.getvalue()).large)
    assert getattr(made, "n_frames", 1) == 1
    assert made.convert("RGB").getpixel((5, 5))[0] > 200


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width, height, data, extra=b""):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


HOSTILE = {
    "empty": b"",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg in xml": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "bomb of pixels": png(30_000, 30_000, zlib.compress(b"\0" * 5_000_000)),
    "bomb of text": png(64, 64, b"", chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * 100_000_000, 9))),
    "a very long side": png(1_000_000, 1, zlib.compress(b"\0" * 3_000_001)),
    "too small": picture("PNG", (4, 4)),
    "cut png": picture("PNG", (400, 300))[:300],
    "cut jpeg": picture("JPEG", (400, 300))[:200],
    "a bitmap": picture("BMP", (64, 64)),
    "a tiff": picture("TIFF", (64, 64)),
    "an icon": picture("ICO", (64, 64)),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n(/etc/passwd) (r) file\n",
    "a film": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "a webm": b"\x1aE\xdf\xa3\x01\0\0\0",
    "a zip": b"PK\x03\x04" + b"\0" * 100,
    "a pdf": pdf(),
    "noise": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_is_refused_without_eating_the_memory(name):
    body = HOSTILE[name]
    tracemalloc.start()
    with pytest.raises(BadInput):
        read(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * 2**20


def test_of_a_bomb_in_a_small_picture_no_more_is_unpacked_than_its_pixels():
    bomb = png(100, 100, zlib.compress(b"\0" * 200_000_000, 9))
    tracemalloc.start()
    made = read(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (made.width, made.height) == (100, 100)
    assert peak < 16 * 2**20


def test_films_are_refused_by_name():
    with pytest.raises(BadInput, match="Films are not taken here"):
        read(HOSTILE["a film"])


def test_a_picture_of_too_many_bytes_is_not_even_opened():
    with pytest.raises(BadInput, match="10 MB at most"):
        read_picture(BytesIO(b""), MAX_IMAGE + 1)


def test_what_hides_behind_a_picture_is_dropped():
    made = read(picture("PNG", (64, 64)) + b"PK\x03\x04<script>alert(1)</script>")
    assert b"script" not in made.large


def test_a_report_that_is_a_pdf_is_taken():
    check(pdf())
    check(pdf(b"\n"))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty"),
        (b"<html><script>alert(1)</script>", "no PDF"),
        (b"<script>alert(1)</script>" + pdf(), "no PDF"),
        (b"MZ\x90" + pdf(), "no PDF"),
        (b"PK\x03\x04" + pdf(), "no PDF"),
        (pdf()[:-30], "cut short"),
        (pdf() + b"PK\x03\x04" + b"\0" * 30, "something follows"),
        (pdf() + b"<script>alert(1)</script>", "something follows"),
        (b"%PDF-1.7\nhello\nstartxref\n3\n%%EOF\n", "damaged"),
        (b"%PDF-1.7\nhello\nstartxref\n9999999999\n%%EOF\n", "damaged"),
        (b"%PDF-9\n", "no PDF"),
        (b"%!PS\n%PDF-1.4", "no PDF"),
    ],
)
def test_what_is_no_whole_pdf_is_refused(body, says):
    with pytest.raises(BadInput, match=says):
        check(body)


def test_a_report_of_too_many_bytes_is_refused():
    with pytest.raises(BadInput, match="20 MB at most"):
        check_pdf(BytesIO(b""), MAX_PDF + 1)
