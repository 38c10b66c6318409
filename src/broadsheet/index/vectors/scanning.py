"""Scanning: the rows whose codes differ from that of a query in the fewest bits (Hamming distance), by faiss.

The pages of the file are handed to faiss as they are: no process has a copy of the codes.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.vectors.files import Rows
from broadsheet.index.vectors.layout import Bytes

_GATHER_BELOW = 0.3
"""Share of rows up to which the codes of those that pass are gathered and scanned; a choice within the scan is slower,
because the processor guesses badly which rows pass."""
_SPARE = 1.3
"""So many more rows than needed are looked for, where some of those found do not pass."""


def nearest_codes(query: Bytes, codes: Bytes, passing: NDArray[np.bool_] | None, most: int) -> Rows:
    """The `most` rows nearest to a query by their codes, among those that pass; in ascending order.

    `query` has shape (bytes,), `codes` (rows, bytes), `passing` (rows,); None lets all pass.
    """
    if passing is None:
        return np.sort(_scan(query, codes, most))
    share = np.count_nonzero(passing) / max(len(codes), 1)
    if share <= _GATHER_BELOW:
        rows = np.flatnonzero(passing)
        return rows[np.sort(_scan(query, codes.take(rows, axis=0), most))]
    found = _scan(query, codes, int(most / share * _SPARE) + 1)
    found = found[passing[found]][:most]
    if len(found) < most:  # those that pass lie far from the query
        found = _scan_chosen(query, codes, passing, most)
    return np.sort(found)


def _scan(query: Bytes, codes: Bytes, most: int) -> Rows:
    """Row numbers by rising distance, counted rather than sorted: more of them cost next to nothing."""
    faiss = _one_thread()
    most = min(most, len(codes))
    distances, rows = np.empty(most, np.int32), np.empty(most, np.int64)
    if most:
        pointers = [faiss.swig_ptr(array) for array in (query, codes)]
        found = [faiss.swig_ptr(array) for array in (distances, rows)]
        faiss.hammings_knn_mc(*pointers, 1, len(codes), most, codes.shape[1], *found)
    return rows


def _scan_chosen(query: Bytes, codes: Bytes, passing: NDArray[np.bool_], most: int) -> Rows:
    faiss = _one_thread()
    distances, rows = np.empty(most, np.int32), np.empty(most, np.int64)
    heap = faiss.int_maxheap_array_t()
    heap.nh, heap.k, heap.val, heap.ids = 1, most, faiss.swig_ptr(distances), faiss.swig_ptr(rows)
    bitmap = np.packbits(passing, bitorder="little")
    chosen = faiss.IDSelectorBitmap(len(codes), faiss.swig_ptr(bitmap))
    pointers = [faiss.swig_ptr(array) for array in (query, codes)]
    faiss.hammings_knn_hc(heap, *pointers, len(codes), codes.shape[1], 1, faiss.EXACT_TOPK, chosen)
    return rows[rows >= 0]


def _one_thread() -> Any:
    """faiss, imported late: only who searches by meaning pays for it, and no process forks with it loaded."""
    import faiss

    faiss.omp_set_num_threads(1)  # of this very thread; more of them hang in a forked process
    return faiss
