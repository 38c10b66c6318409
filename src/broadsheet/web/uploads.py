"""Uploads: files that come with a form go to disk as they arrive, up to a limit, and leave nothing behind.

A file lies in the temporary folder without a name: when the request ends, or the process does, it is gone.
"""

import tempfile
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from broadsheet.errors import BadInput
from broadsheet.media import MAX_IMAGE, MAX_PDF

LIMITS: Final[Mapping[str, int]] = {"pdf": MAX_PDF, "image": MAX_IMAGE}
"""Form fields that take a file, and how many bytes of it."""
MAX_REQUEST: Final = MAX_PDF + MAX_IMAGE + 2**20


class Cut(UploadedFile):
    """An uploaded file; `cut` where more was sent than its field takes."""

    cut = False


class ToDisk(FileUploadHandler):
    """Django's way in for uploaded files (setting FILE_UPLOAD_HANDLERS)."""

    chunk_size = 256 * 1024

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *_: Any) -> None:  # noqa: ARG002, N803
        """Refuse a request that says itself that it is too long. Others are cut where they stand."""
        if content_length > MAX_REQUEST:
            raise RequestDataTooBig(f"{content_length} bytes")

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        """Begin a file; one in a field that takes none is passed over."""
        super().new_file(field_name, *args, **kwargs)
        if field_name not in LIMITS:
            raise SkipFile
        self.written = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the request
        self.size, self.most, self.cut = 0, LIMITS[field_name], False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:  # noqa: ARG002
        """Write on, or count on where the file is too large already."""
        self.size += len(raw_data)
        if self.size > self.most:
            self.cut = True
            self.written.truncate(0)
        elif not self.cut:
            self.written.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile:
        """The whole file, ready to be read."""
        self.written.seek(0)
        whole = Cut(self.written, self.file_name, self.content_type, file_size, self.charset)
        whole.cut = self.cut
        return whole

    def upload_interrupted(self) -> None:
        """The other side went away: what came so far is dropped."""
        if hasattr(self, "written"):
            self.written.close()


def file_of(request: HttpRequest, field: str) -> UploadedFile | None:
    """The file of a form's field; None where none was chosen. Raises BadInput for one that is too large."""
    file = request.FILES.get(field)
    if file is None or (not file.size and not file.name):
        return None
    if getattr(file, "cut", False):
        raise BadInput(f"{(file.name or 'The file')[:80]} is larger than {LIMITS[field] >> 20} MB. Make it smaller.")
    return file
