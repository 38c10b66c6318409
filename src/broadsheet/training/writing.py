"""Writing a model's folder so that a reader finds the old file or the new one, and never a part."""

import os
import tempfile
from pathlib import Path

from broadsheet.embedding.static import FILE, StaticModel
from broadsheet.errors import Unavailable


def write_model(model: StaticModel, folder: Path) -> Path:
    """Write the model's file into a folder, made where it is missing. Raises Unavailable where that is refused."""
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{FILE}.", delete=False) as file:
            temporary = Path(file.name)
            try:
                file.write(model.to_bytes())
                file.flush()
                os.fsync(file.fileno())
                temporary.chmod(0o644)
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise Unavailable(
            f"The model cannot be written to {folder} ({error.strerror}). Name a folder with --into."
        ) from error
    return path
