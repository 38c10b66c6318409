"""Places: the row of a paper."""

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.vectors.files import Rows
from broadsheet.index.vectors.rows import Papers

_DENSE = 8
"""A table by paper id is kept while it has fewer places than this for each row (and a million more)."""


class Places:
    """Where the row of each paper is: by a table over ids where those are dense, else by search in sorted ids."""

    def __init__(self, papers: Papers, rows: Rows) -> None:
        highest = int(papers.max(initial=0))
        self._table: NDArray[np.int32] | None = None
        if highest < _DENSE * len(papers) + 1_000_000 and papers.min(initial=0) >= 0:
            self._table = np.full(highest + 1, -1, np.int32)
            self._table[papers] = rows
        else:
            order = np.argsort(papers)
            self._papers, self._rows = papers[order], rows[order]

    def rows(self, papers: Papers) -> Rows:
        """Rows of papers, -1 where a paper has none: shape of `papers`."""
        table = self._table
        if table is not None:
            inside = (papers >= 0) & (papers < len(table))
            return np.where(inside, table[np.where(inside, papers, 0)], -1).astype(np.int64)
        at = np.minimum(np.searchsorted(self._papers, papers), len(self._papers) - 1)
        return np.where(self._papers[at] == papers, self._rows[at], -1)
