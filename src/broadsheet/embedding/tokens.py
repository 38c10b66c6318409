"""Tokens: the tokeniser of a model folder."""

from pathlib import Path

from tokenizers import Tokenizer

from broadsheet.errors import Unavailable


def open_tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    """The tokeniser of a tokenizer.json, cutting at `max_tokens` (special ones included) and padding nothing.

    Raises Unavailable where the file is missing or not one.
    """
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises Exception itself
        raise Unavailable(f"{path}: not a tokeniser that can be read ({str(error)[:200]}).") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
