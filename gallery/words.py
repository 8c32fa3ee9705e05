"""From text in any language to the tokens that a search compares.

Index and query go through the same functions, so neither database has to know a language. Scripts
written without spaces become overlapping pairs of characters: any two neighbours find them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

LONGEST = 40
"""Characters of a token; longer ones are cut, in the index and in the query alike."""

_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff"  # Hiragana, Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\U00020000-\U000323af"
)
_RUN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?P<word>[^\W_{_UNSPACED}]+)")
_LATIN_MARKED = re.compile(r"([a-z])[\u0300-\u036f]+")


def tokens(text: str) -> list[str]:
    """The tokens of ``text`` in its order; neighbours in the text are neighbours in the list."""
    return list(_tokens(text))


def asked(chunk: str) -> tuple[tuple[str, ...], bool] | None:
    """The tokens that a chunk of a query looks for, side by side, and whether the last is only the
    beginning of a word; None without any."""
    runs = list(_RUN.finditer(folded(chunk)))
    if not runs:
        return None
    found: list[str] = []
    for run in runs:
        if run["word"]:
            found.append(stem(run["word"][:LONGEST]))
        elif len(run["unspaced"]) == 1:
            found.append(run["unspaced"])
        else:
            found += list(pairs(run["unspaced"]))[:-1]
    # The last character of a run has no right neighbour here, and may have one in the text.
    lone = bool(runs[-1]["unspaced"]) and len(runs[-1]["unspaced"]) == 1
    return tuple(found), lone or chunk.rstrip('"').endswith("*")


def folded(text: str) -> str:
    """``text`` without the differences that nobody searches for: case, width, accents of Latin."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if plain.isascii():
        return plain
    marked = unicodedata.normalize("NFD", plain)
    return unicodedata.normalize("NFC", _LATIN_MARKED.sub(r"\1", marked))


def _tokens(text: str) -> Iterator[str]:
    for run in _RUN.finditer(folded(text)):
        if run["word"]:
            yield stem(run["word"][:LONGEST])
        else:
            yield from pairs(run["unspaced"])


def pairs(run: str) -> Iterator[str]:
    """Each character with its right neighbour, and the last by itself.

    So the pairs of a shorter run are a phrase within those of a longer one, but for the last.
    """
    for left, right in pairwise(run):
        yield left + right
    yield run[-1]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """English plurals with their singulars; other words as they are.

    The S-stemmer (Harman, "How effective is suffixing?", JASIS 42, 1991): it errs seldom, where
    stronger ones make "universe" and "university" the same.
    """
    if len(word) < 4 or not word.isascii() or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word if word.endswith(("eies", "aies")) else f"{word[:-3]}y"
    if word.endswith("es"):
        return word if word.endswith(("aes", "ees", "oes")) else word[:-1]
    return word if word.endswith(("us", "ss")) else word[:-1]
