"""Skimming must give what parsing the whole text would give, wherever the network cuts it."""

from __future__ import annotations

import hashlib
import itertools
import json
import tempfile
import tracemalloc
from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.providers import skimming
from generator.providers.events import EventReader
from generator.providers.skimming import Document, Oversized, Skimmer, Unfinished, Unreadable

BASE64 = st.one_of(
    st.binary(max_size=60).map(lambda content: b64encode(content).decode()),
    # Runs of slashes and plus signs, which encoders escape.
    st.binary(max_size=40).map(lambda content: b64encode(b"\xff\xef\xbe" + content).decode()),
)
NEARLY_BASE64 = st.one_of(
    BASE64, st.text(max_size=12), st.sampled_from(["QQ=", "QQ==QQ==", "Q!==", "é"])
)
TRICKY = st.sampled_from(
    [
        "b64_json",
        '"b64_json": "aGk="',
        '\\"b64_json\\":"',
        "b64_json\\",
        "{[",
        "]}",
        '"',
        "\\",
        "\n",
    ]
)
TEXTS = st.one_of(st.text(max_size=10), TRICKY)
KEYS = st.one_of(st.just("b64_json"), st.just("data"), TEXTS)
OTHERS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), TEXTS)


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects that often have pictures."""
    return st.dictionaries(KEYS, inner, max_size=4) | st.fixed_dictionaries(
        {"b64_json": NEARLY_BASE64 | OTHERS}, optional={"revised_prompt": TEXTS}
    )


ANSWERS = st.recursive(OTHERS, lambda inner: st.lists(inner, max_size=4) | objects(inner))


@st.composite
def json_texts(draw: st.DrawFn) -> str:
    """JSON as different encoders write it."""
    text = json.dumps(
        draw(ANSWERS),
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 1])),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", " \t: ")])),
    )
    if draw(st.booleans()):
        text = text.replace("/", "\\/")
    if draw(st.booleans()):
        text = text.replace("+", "\\u002B").replace("=", "\\u003d")
    if draw(st.booleans()):
        text = text.replace('"b64_json"', '"b64\\u005fjson"')
    return text


@st.composite
def cuts(draw: st.DrawFn, content: bytes) -> list[bytes]:
    """The same bytes in any number of pieces."""
    points = sorted(draw(st.lists(st.integers(0, len(content)), max_size=12)))
    edges = [0, *points, len(content)]
    return [content[a:b] for a, b in itertools.pairwise(edges)]


@given(st.data())
def test_any_cutting_of_any_text_gives_what_parsing_it_whole_gives(data: st.DataObject) -> None:
    body = data.draw(json_texts()).encode()
    pieces = data.draw(cuts(body))

    assert skimmed(pieces) == expected(json.loads(body))


@given(json_texts())
def test_one_byte_at_a_time_gives_the_same(text: str) -> None:
    body = text.encode()

    assert skimmed(body[i : i + 1] for i in range(len(body))) == expected(json.loads(body))


@given(st.data())
def test_a_text_that_stops_early_is_never_taken_for_a_whole_one(data: st.DataObject) -> None:
    body = json.dumps({"data": [data.draw(ANSWERS), {"b64_json": "aGVsbG8="}]}).encode()
    end = data.draw(st.integers(1, len(body) - 1))

    with pytest.raises(Unfinished):
        skimmed([body[:end]])


@given(st.data())
def test_events_cut_anywhere_give_the_same_events(data: st.DataObject) -> None:
    newline = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    events = data.draw(st.lists(st.tuples(st.sampled_from(["", "image", "error"]), json_texts())))
    lines = []
    for name, text in events:
        lines += [": a comment", f"event: {name}"] if name else ["id: 7", "retry"]
        lines += [
            f"data:{data.draw(st.sampled_from(['', ' ']))}{line}" for line in text.split("\n")
        ]
        lines += [""]
    pieces = data.draw(cuts(newline.join([*lines, ""]).encode()))

    with tempfile.TemporaryDirectory() as folder, EventReader(Path(folder)) as reader:
        found = [
            (event.name, resolved(event.document))
            for piece in pieces
            for event in reader.feed(piece)
        ]
        assert list(reader.finish()) == []

    assert found == [(name, expected(json.loads(text))) for name, text in events]


def test_the_last_event_counts_without_its_blank_line_if_its_data_is_whole(tmp_path: Path) -> None:
    assert events_of(tmp_path, b'data: {"b64_json": "aGk="}') == [{"b64_json": b"hi"}]
    assert events_of(tmp_path, b'data: {"b64_json": "aGk=') == []


def test_data_on_several_lines_is_joined_by_line_breaks(tmp_path: Path) -> None:
    assert events_of(tmp_path, b'data: {"a":\ndata: 12}\n\n') == [{"a": 12}]
    with pytest.raises(Unreadable):
        events_of(tmp_path, b'data: {"a": 1\ndata: 2}\n\n')


def test_a_byte_order_mark_and_the_end_mark_are_understood(tmp_path: Path) -> None:
    with EventReader(tmp_path) as reader:
        events = list(reader.feed(b'\xef\xbb\xbfdata: {"a": 1}\n\ndata: [DONE]\n\n'))

    assert events[0].document.parse() == {"a": 1}
    assert events[1].document.text == b"[DONE]"


def test_a_picture_carries_its_length_and_hash(tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    with Skimmer(tmp_path, name="answer") as skimmer:
        skimmer.feed(json.dumps({"b64_json": b64encode(content).decode()}).encode())
        document = skimmer.finish()

    picture = document.pictures[0]

    assert picture
    assert picture.path == tmp_path / "answer-0"
    assert picture.path.read_bytes() == content
    assert picture.bytes == len(content)
    assert picture.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    "text",
    [
        "aGk",
        "aGk=!",
        "aG k=",
        "aGk=aGk=",
        "",
        "=",
        "aGk\\n=",
        "a\\\\k=",
        'aGk=\\"',
        "\\ud83d\\ude00aa",
    ],
)
def test_wrong_or_empty_base64_leaves_no_picture_and_no_file(tmp_path: Path, text: str) -> None:
    body = ('{"data": [{"b64_json": "' + text + '"}, {"b64_json": "aGk="}]}').encode()
    with Skimmer(tmp_path) as skimmer:
        for at in range(0, len(body), 5):
            skimmer.feed(body[at : at + 5])
        document = skimmer.finish()

    wrong, right = document.pictures

    assert wrong is None
    assert right
    assert list(tmp_path.iterdir()) == [right.path]
    assert document.parse()["data"][1]


@pytest.mark.parametrize(
    "text", ["<html>{", "hello", "", '{"a": b64_json}', '{"b64_json" "aGk="}', '{"a": 1} {"b": 2}']
)
def test_a_whole_text_that_is_no_json_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        skimmed([text.encode()])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_json_in_another_encoding_is_unreadable(encoding: str) -> None:
    # Its pictures went unseen, so what it says of them must not be taken for their numbers.
    with pytest.raises(Unreadable):
        skimmed(['{"data": [{"b64_json": "aGk="}]}'.encode(encoding)])


def test_lists_nested_beyond_the_parser_are_no_crash() -> None:
    with pytest.raises(Unreadable):
        skimmed([b"[" * 200_000 + b"]" * 200_000])


def test_more_text_than_allowed_is_not_read_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skimming, "MAX_TEXT_BYTES", 1000)
    with Skimmer(tmp_path) as skimmer, pytest.raises(Oversized):
        skimmer.feed(b'{"prompt": "' + b"x" * 1001)


def test_a_picture_larger_than_allowed_is_not_read_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skimming, "MAX_PICTURE_BYTES", 1000)
    with Skimmer(tmp_path) as skimmer, pytest.raises(Oversized):
        skimmer.feed(b'{"b64_json": "' + b64encode(bytes(1001)))


def test_more_pictures_than_allowed_are_not_read_on(tmp_path: Path) -> None:
    with Skimmer(tmp_path) as skimmer, pytest.raises(Oversized):
        skimmer.feed(b'{"b64_json": "aGk="}' * (skimming.MAX_PICTURES + 1))


@pytest.mark.parametrize(
    ("filler", "kibibytes"),
    [(b"QUJD", 400), (b"\\/+/", 400), (b"QUJD" * 8 + b"AB\\u002B\\u002f", 1500)],
)
def test_a_large_picture_passes_through_in_little_memory(
    tmp_path: Path, filler: bytes, kibibytes: int
) -> None:
    piece = filler * (64 * 1024 // len(filler))
    with Skimmer(tmp_path) as skimmer:
        skimmer.feed(b'{"b64_json": "')
        tracemalloc.start()
        for _ in range(150):
            skimmer.feed(piece)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        skimmer.feed(b'"}')
        document = skimmer.finish()

    assert document.pictures[0]
    assert document.pictures[0].bytes > 5_000_000
    assert peak < kibibytes * 1024


def skimmed(pieces: Iterable[bytes]) -> Any:
    """What the skimmer makes of a text, with the files' contents in place of the pictures."""
    with tempfile.TemporaryDirectory() as folder, Skimmer(Path(folder)) as skimmer:
        for piece in pieces:
            skimmer.feed(piece)
        document = skimmer.finish()
        return resolved(document)


def resolved(document: Document) -> Any:
    """The parsed text with the files' contents in place of the pictures."""

    def content(text: str) -> bytes | None:
        picture = document.picture(text)
        return picture.path.read_bytes() if picture else None

    return replaced(document.parse(), content)


def expected(answer: Any) -> Any:
    """The same by the plain way: everything in memory."""

    def content(text: str) -> bytes | None:
        try:
            return a2b_base64(text.encode("ascii"), strict_mode=True) or None
        except (Base64Error, UnicodeEncodeError):
            return None

    return replaced(answer, content)


def replaced(value: Any, content: Any) -> Any:
    """Put ``content(text)`` in place of each text under ``b64_json``."""
    if isinstance(value, list):
        return [replaced(item, content) for item in value]
    if isinstance(value, dict):
        return {
            key: content(item)
            if key == "b64_json" and isinstance(item, str)
            else replaced(item, content)
            for key, item in value.items()
        }
    return value


def events_of(folder: Path, body: bytes) -> list[Any]:
    """All events of a stream, resolved."""
    with EventReader(folder) as reader:
        events = [*reader.feed(body), *reader.finish()]
    return [resolved(event.document) for event in events]
