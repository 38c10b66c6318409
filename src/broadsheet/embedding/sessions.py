"""Sessions: running ONNX graphs on one thread each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from broadsheet.errors import Unavailable

Array = NDArray[Any]


class Session:
    """One loaded graph. May be run from several threads at once; each run takes one core."""

    def __init__(self, model: Path | bytes, label: str = "") -> None:
        """Load a file, or a graph in memory under a label. Raises Unavailable where ONNX Runtime cannot."""
        self._label = label or str(model if isinstance(model, Path) else "model")
        try:
            self._session = onnxruntime.InferenceSession(
                str(model) if isinstance(model, Path) else model, _options(), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime's kinds share no parent below Exception
            raise Unavailable(f"{self._label}: ONNX Runtime cannot load it ({_brief(error)}).") from error
        self.inputs: list[str] = [one.name for one in self._session.get_inputs()]
        self.outputs: dict[str, int | None] = {one.name: _rank(one.shape) for one in self._session.get_outputs()}

    def run(self, outputs: list[str] | None, feeds: Mapping[str, Array]) -> list[Array]:
        """The arrays of the outputs named (None: of all). Raises Unavailable where the graph fails."""
        try:
            results = self._session.run(outputs, dict(feeds))
        except Exception as error:
            raise Unavailable(f"{self._label}: the model failed ({_brief(error)}).") from error
        return [np.asarray(result) for result in results]


def _options() -> onnxruntime.SessionOptions:
    """One thread, and none that waits by spinning: the web server has the other core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _rank(shape: Any) -> int | None:
    return len(shape) if shape else None


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
