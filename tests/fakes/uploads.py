"""Uploads for tests: pictures of any form, and a PDF of one empty page."""

from io import BytesIO
from typing import Any

from PIL import Image


def picture(form: str = "PNG", size: tuple[int, int] = (64, 48), *, mode: str = "RGB", **how: Any) -> bytes:
    """A picture with a gradient, as a file."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    body = BytesIO()
    image.save(body, form, **how)
    return body.getvalue()


def pdf(end: bytes = b"") -> bytes:
    """A PDF of one empty page."""
    body = b"%PDF-1.4\n"
    places = []
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>",
    )
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = len(body)
    body += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table + end
