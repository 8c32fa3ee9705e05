"""The OpenAI provider against a real server on this machine that can do everything wrong."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest

from generator.providers import openai as openai_module
from generator.providers import openai_errors, skimming
from generator.providers.openai import OpenAIProvider
from generator.providers.protocol import (
    BadRequest,
    NotAPicture,
    OnPreview,
    Order,
    OutcomeUnknown,
    PromptRefused,
    ProviderBusy,
    ProviderDown,
    ProviderError,
    QuotaGone,
    Unauthorised,
)
from tests.stand_ins import openai_behaviours as bad
from tests.stand_ins.openai import MODEL_LIST, MODERATIONS, OpenAIStandIn
from tests.stand_ins.openai_behaviours import Behaviour
from tests.stand_ins.openai_rules import Refusal

MakeOrder = Callable[..., Order]


@pytest.fixture
def stand_in() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as server:
        yield server


@pytest.fixture
def provider(stand_in: OpenAIStandIn) -> OpenAIProvider:
    return OpenAIProvider(api_key=stand_in.api_key, base_url=stand_in.base_url)


@pytest.fixture
def an_order(tmp_path: Path) -> MakeOrder:
    def make(**changes: Any) -> Order:
        usual: dict[str, Any] = {
            "model": "gpt-image-2.6-flare",
            "prompt": "a lighthouse at dusk",
            "width": 1024,
            "height": 1024,
            "quality": "low",
            "count": 1,
            "workdir": tmp_path,
            "timeout": 20.0,
        }
        return Order(**(usual | changes))

    return make


def unwatched(_path: Path) -> None:
    """A preview that nobody looks at."""


# What a good day brings


def test_a_picture_arrives_byte_for_byte_with_its_provenance(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    delivery = provider.generate(an_order(), on_preview=unwatched)

    [picture], [sent] = delivery.pictures, stand_in.pictures
    assert picture.path.read_bytes() == sent
    assert b"caBX" in sent
    assert (picture.bytes, picture.sha256) == (len(sent), sha256(sent).hexdigest())


def test_the_delivery_says_what_was_made_and_what_it_took(
    provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    order = an_order(width=1536, height=1024, quality="high", count=2)

    delivery = provider.generate(order, on_preview=unwatched)

    assert delivery.settings == {
        "size": "1536x1024",
        "quality": "high",
        "output_format": "png",
        "background": "opaque",
    }
    assert delivery.usage == {"input_text": 6, "input_image": 0, "output": 2 * 6240}
    assert delivery.request_id.startswith("req_")


def test_openai_is_asked_in_its_own_terms(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    provider.generate(an_order(count=3, user_hash="u-123", seed=7), on_preview=unwatched)
    provider.generate(an_order(stream=True), on_preview=unwatched)

    usual = {
        "model": "gpt-image-2.6-flare",
        "prompt": "a lighthouse at dusk",
        "size": "1024x1024",
        "quality": "low",
        "output_format": "png",
        "moderation": "auto",
    }
    assert stand_in.orders == [
        usual | {"n": 3, "safety_identifier": "u-123"},
        usual | {"n": 1, "stream": True, "partial_images": 2},
    ]


def test_several_pictures_come_in_their_order(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    delivery = provider.generate(an_order(count=4), on_preview=unwatched)

    assert [picture.path.read_bytes() for picture in delivery.pictures] == stand_in.pictures
    assert len(set(stand_in.pictures)) == 4


def test_previews_are_shown_while_the_picture_is_drawn_and_then_removed(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder, tmp_path: Path
) -> None:
    stand_in.delay = 0.6
    seen: list[tuple[float, bytes]] = []

    delivery = provider.generate(
        an_order(stream=True),
        on_preview=lambda path: seen.append((time.monotonic(), path.read_bytes())),
    )

    end = time.monotonic()
    assert [content[:4] for _when, content in seen] == [b"\x89PNG"] * 2
    assert all(when < end - 0.1 for when, _content in seen)
    assert [picture.path.read_bytes() for picture in delivery.pictures] == stand_in.pictures
    assert list(tmp_path.iterdir()) == [delivery.pictures[0].path]
    assert delivery.usage["output"] == 272 + 200


def test_several_pictures_are_not_streamed_because_previews_would_not_say_whose_they_are(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    provider.generate(an_order(stream=True, count=2), on_preview=unwatched)

    assert "stream" not in stand_in.orders[0]


@pytest.mark.parametrize(("behaviour", "asked"), [(bad.plain(), True), (bad.streaming(), False)])
def test_json_and_events_are_understood_whichever_was_asked_for(
    stand_in: OpenAIStandIn,
    provider: OpenAIProvider,
    an_order: MakeOrder,
    behaviour: Behaviour,
    asked: bool,
) -> None:
    stand_in.next(behaviour)

    delivery = provider.generate(an_order(stream=asked), on_preview=unwatched)

    assert [picture.path.read_bytes() for picture in delivery.pictures] == stand_in.pictures


def test_events_with_several_pictures_are_all_delivered(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    stand_in.next(bad.streaming())

    delivery = provider.generate(an_order(count=3), on_preview=unwatched)

    assert [picture.path.read_bytes() for picture in delivery.pictures] == stand_in.pictures


def test_a_preview_that_cannot_be_shown_does_not_cost_the_picture(
    provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    def broken(_path: Path) -> None:
        raise ConnectionError("the cache is away")

    delivery = provider.generate(an_order(stream=True), on_preview=broken)

    assert len(delivery.pictures) == 1


def test_previews_that_nobody_wants_are_passed_over(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    wanted = iter([False, True])
    seen: list[bytes] = []

    delivery = provider.generate(
        an_order(stream=True),
        on_preview=lambda path: seen.append(path.read_bytes()),
        wants_preview=lambda: next(wanted),
    )

    assert [content[:4] for content in seen] == [b"\x89PNG"]
    assert [picture.path.read_bytes() for picture in delivery.pictures] == stand_in.pictures


def test_fewer_pictures_than_ordered_are_delivered_as_they_are(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    stand_in.next(bad.deliver(2))

    delivery = provider.generate(an_order(count=4), on_preview=unwatched)

    assert [picture.path.read_bytes() for picture in delivery.pictures] == stand_in.pictures


def test_more_pictures_than_ordered_are_cut_to_the_order(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder, tmp_path: Path
) -> None:
    stand_in.next(bad.deliver(5))

    delivery = provider.generate(an_order(count=2), on_preview=unwatched)

    files = [picture.path for picture in delivery.pictures]
    assert [file.read_bytes() for file in files] == stand_in.pictures[:2]
    assert sorted(tmp_path.iterdir()) == files


def test_one_spoilt_picture_of_two_leaves_the_other(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    good = b64encode(b"\x89PNG good").decode()
    stand_in.next(bad.answering([{"b64_json": "!!!!"}, {"b64_json": good}]))

    delivery = provider.generate(an_order(count=2), on_preview=unwatched)

    assert [picture.path.read_bytes() for picture in delivery.pictures] == [b"\x89PNG good"]


def test_a_connection_cut_after_the_whole_picture_changes_nothing(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    stand_in.next(bad.cut_in_stream(after_the_picture=True))

    delivery = provider.generate(an_order(stream=True), on_preview=unwatched)

    assert [picture.path.read_bytes() for picture in delivery.pictures] == stand_in.pictures


def test_one_whole_picture_of_two_survives_a_cut(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    stand_in.next(bad.cut_in_stream(after_the_picture=True))

    delivery = provider.generate(an_order(count=2), on_preview=unwatched)

    assert [picture.path.read_bytes() for picture in delivery.pictures] == stand_in.pictures


# Everything that can go wrong


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (bad.refuse(), PromptRefused),
        (bad.refuse("content_policy_violation"), PromptRefused),
        (bad.busy(), ProviderBusy),
        (bad.quota(), QuotaGone),
        (bad.billing_limit(), QuotaGone),
        (bad.fail(402), QuotaGone),
        (bad.unauthorised(), Unauthorised),
        (bad.fail(403), Unauthorised),
        (bad.reject(), BadRequest),
        (bad.fail(404), BadRequest),
        (bad.fail(413), BadRequest),
        (bad.fail(422), BadRequest),
        (bad.html(400), BadRequest),
        (bad.fail(408), ProviderDown),
        (bad.fail(409), ProviderDown),
        (bad.fail(500), ProviderDown),
        (bad.html(502), ProviderDown),
        (bad.fail(503), ProviderDown),
        (bad.redirect(), ProviderDown),
        (bad.fail(504), OutcomeUnknown),
        (bad.fail(524), OutcomeUnknown),
        (bad.cut(), OutcomeUnknown),
        (bad.cut_in_body(), OutcomeUnknown),
        (bad.cut_in_body(chunked=True), OutcomeUnknown),
        (bad.truncated(), OutcomeUnknown),
        (bad.truncated(0.999), OutcomeUnknown),
        (bad.html(), NotAPicture),
        (bad.text(), NotAPicture),
        (bad.nothing(), NotAPicture),
        (bad.garbage(), NotAPicture),
        (bad.bad_base64(), NotAPicture),
        (bad.no_image(), NotAPicture),
        (bad.null(), NotAPicture),
        (bad.url(), NotAPicture),
        (bad.endless(), NotAPicture),
        (bad.saying(b"[" * 90_000 + b"]" * 90_000), NotAPicture),
        (bad.saying(b"[1, 2]"), NotAPicture),
        (bad.saying(b'{"data": {"b64_json": 7}}'), NotAPicture),
        (bad.saying(b'{"error": {"code": "moderation_blocked"}}'), PromptRefused),
        (bad.saying(b'{"error": "out of luck"}'), NotAPicture),
    ],
)
def test_each_bad_answer_has_its_own_name(
    stand_in: OpenAIStandIn,
    provider: OpenAIProvider,
    an_order: MakeOrder,
    behaviour: Behaviour,
    outcome: type[ProviderError],
) -> None:
    stand_in.always(behaviour)

    error = failure(provider, an_order())

    assert type(error) is outcome, error.detail
    assert error.detail
    assert len(error.detail) <= 500
    assert len(stand_in.orders) == 1  # never tried again by itself


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (bad.stream_error(), PromptRefused),
        (bad.stream_error("insufficient_quota", "insufficient_quota"), QuotaGone),
        (bad.stream_error("rate_limit_exceeded", "tokens"), ProviderBusy),
        (bad.stream_error("server_error", "server_error"), ProviderDown),
        (bad.stream_error("invalid_value", "invalid_request_error"), BadRequest),
        (bad.stream_error("unheard_of", "unheard_of"), NotAPicture),
        (bad.cut_in_stream(), OutcomeUnknown),
        (bad.stream_without_end(), OutcomeUnknown),
        (bad.bad_base64(), NotAPicture),
        (bad.html(), NotAPicture),
    ],
)
def test_each_bad_stream_has_its_own_name(
    stand_in: OpenAIStandIn,
    provider: OpenAIProvider,
    an_order: MakeOrder,
    behaviour: Behaviour,
    outcome: type[ProviderError],
    tmp_path: Path,
) -> None:
    stand_in.always(behaviour)

    error = failure(provider, an_order(stream=True))

    assert type(error) is outcome, error.detail
    assert error.request_id.startswith("req_")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"data: [DONE]\n\n", NotAPicture),
        (b"data: {nonsense}\n\n", NotAPicture),
        (b'event: error\ndata: {"code": "moderation_blocked"}\n\n', PromptRefused),
        (b"", OutcomeUnknown),
        (b"hello\n\n", OutcomeUnknown),
    ],
)
def test_odd_streams_have_a_name_too(
    stand_in: OpenAIStandIn,
    provider: OpenAIProvider,
    an_order: MakeOrder,
    body: bytes,
    outcome: type[ProviderError],
) -> None:
    stand_in.next(bad.saying(body, content_type="text/event-stream"))

    assert type(failure(provider, an_order(stream=True))) is outcome


def test_a_server_that_is_not_there_is_down(an_order: MakeOrder) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    provider = OpenAIProvider(api_key="sk-x", base_url=f"http://127.0.0.1:{port}/v1")

    assert type(failure(provider, an_order())) is ProviderDown


def test_an_address_without_http_is_down_and_says_so(an_order: MakeOrder) -> None:
    provider = OpenAIProvider(api_key="sk-x", base_url="ftp://127.0.0.1/v1")

    error = failure(provider, an_order())

    assert type(error) is ProviderDown
    assert "http://" in error.detail


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (httpx2.ConnectTimeout("x"), ProviderDown),
        (httpx2.ConnectError("x"), ProviderDown),
        (httpx2.WriteTimeout("x"), OutcomeUnknown),
        (httpx2.WriteError("x"), OutcomeUnknown),
        (httpx2.ReadTimeout("x"), OutcomeUnknown),
        (httpx2.ReadError("x"), OutcomeUnknown),
        (httpx2.RemoteProtocolError("x"), OutcomeUnknown),
    ],
)
def test_a_broken_wire_is_unknown_from_the_moment_of_sending(
    trouble: Exception, outcome: type[ProviderError]
) -> None:
    assert type(openai_errors.from_wire(trouble)) is outcome


@pytest.mark.parametrize(
    ("behaviour", "seconds"),
    [
        (bad.busy(7), 7),
        (bad.busy(0.5), 0.5),
        (bad.busy(60, milliseconds=1500), 1.5),
        (bad.busy(None), None),
        (bad.busy("soon"), None),
        (bad.busy("nan"), None),
        (bad.busy("inf"), None),
        (bad.busy(-3), 0),
        (bad.busy("Fri, 99 Foo 2026 25:00:00 GMT"), None),
    ],
)
def test_a_busy_server_says_when_to_come_back(
    stand_in: OpenAIStandIn,
    provider: OpenAIProvider,
    an_order: MakeOrder,
    behaviour: Behaviour,
    seconds: float | None,
) -> None:
    stand_in.next(behaviour)

    error = failure(provider, an_order())

    assert isinstance(error, ProviderBusy)
    assert error.retry_after == seconds


def test_a_busy_server_may_say_it_with_a_date(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=30)
    stand_in.next(bad.busy(format_datetime(soon, usegmt=True)))

    error = failure(provider, an_order())

    assert isinstance(error, ProviderBusy)
    assert error.retry_after == pytest.approx(30, abs=3)


# Time


@pytest.mark.parametrize(
    "behaviour",
    [
        bad.hang(),
        bad.trickle(),
        bad.trickle(0.65),
        bad.trickle(head_too=True),
        bad.endless(filler=b'{"b64_json": null}'),
        bad.endless(filler=b'"b64_json": "' + b"QUJD" * 10_000 + b'!",'),
    ],
)
def test_the_time_for_a_call_is_the_time_for_all_of_it(
    stand_in: OpenAIStandIn,
    provider: OpenAIProvider,
    an_order: MakeOrder,
    behaviour: Behaviour,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(skimming, "MAX_TEXT_BYTES", 10**12)
    monkeypatch.setattr(skimming, "MAX_PICTURES", 10**9)
    stand_in.next(behaviour)
    began = time.monotonic()

    error = failure(provider, an_order(timeout=0.7))

    assert type(error) is OutcomeUnknown
    assert time.monotonic() - began == pytest.approx(0.7, abs=0.5)


# What must not get out, and what must not get in


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_the_key_is_never_in_an_error(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder, status: int
) -> None:
    words = f"your key {stand_in.api_key}\x00 is " + "long " * 200
    refusal = Refusal(status, words) if status != 200 else None
    stand_in.next(bad.refusing(refusal) if refusal else bad.saying(words.encode()))

    error = failure(provider, an_order())

    assert stand_in.api_key not in f"{error} {error.detail} {error.args} {error.__cause__}"
    assert "[key]" in error.detail
    assert "\x00" not in error.detail
    assert len(error.detail) == 500
    assert error.__suppress_context__


@pytest.mark.parametrize("key", ["", "  ", "sk-\nx", "sk-é", "sk x"])
def test_a_key_that_cannot_be_sent_is_unauthorised(an_order: MakeOrder, key: str) -> None:
    provider = OpenAIProvider(api_key=key, base_url="http://127.0.0.1:9/v1")

    error = failure(provider, an_order())

    assert type(error) is Unauthorised
    assert key.strip() not in error.detail or not key.strip()


def test_a_key_with_blanks_around_it_works(stand_in: OpenAIStandIn, an_order: MakeOrder) -> None:
    provider = OpenAIProvider(api_key=f" {stand_in.api_key}\n", base_url=stand_in.base_url)

    assert provider.generate(an_order(), on_preview=unwatched).pictures


def test_a_redirect_does_not_take_the_key_elsewhere(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    with OpenAIStandIn() as elsewhere:
        stand_in.next(bad.redirect(f"{elsewhere.base_url}/images/generations?token=secret"))

        error = failure(provider, an_order())

        assert not elsewhere.requests
    assert elsewhere.base_url in error.detail
    assert "secret" not in error.detail


def test_the_environment_changes_nothing(
    stand_in: OpenAIStandIn, an_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer from-the-environment")
    provider = OpenAIProvider(api_key=stand_in.api_key, base_url=stand_in.base_url)

    provider.generate(an_order(), on_preview=unwatched)

    assert "from-the-environment" not in str(stand_in.requests[0].headers)
    assert stand_in.requests[0].headers["authorization"] == f"Bearer {stand_in.api_key}"
    assert stand_in.requests[0].headers["accept-encoding"] == "identity"


def test_no_base_url_is_openai_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")

    provider = OpenAIProvider(api_key="sk-x", base_url=None)

    assert str(provider._client.base_url) == "https://api.openai.com/v1/"


def test_cookies_are_not_kept(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    stand_in.next(bad.saying(b"{}", headers={"set-cookie": "a=b; Path=/"}))
    failure(provider, an_order())

    provider.generate(an_order(), on_preview=unwatched)

    assert "cookie" not in stand_in.requests[1].headers


@pytest.mark.parametrize("status", [400, 500])
def test_an_error_without_end_is_read_only_to_a_limit(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder, status: int
) -> None:
    stand_in.next(bad.endless(status))
    began = time.monotonic()

    error = failure(provider, an_order())

    assert type(error) is (BadRequest if status == 400 else ProviderDown)
    assert time.monotonic() - began < 2


def test_a_packed_answer_is_not_unpacked(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    packed = gzip.compress(b'{"data": [{"b64_json": "aGVsbG8="}]}')
    stand_in.next(bad.saying(packed, headers={"content-encoding": "gzip"}))

    error = failure(provider, an_order())

    assert type(error) is NotAPicture
    assert "gzip" in error.detail


def test_a_picture_beyond_all_measure_is_not_kept(
    stand_in: OpenAIStandIn,
    provider: OpenAIProvider,
    an_order: MakeOrder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(skimming, "MAX_PICTURE_BYTES", 10_000)
    stand_in.next(bad.sending(lambda _size: b"x" * 10_001))

    error = failure(provider, an_order())

    assert type(error) is NotAPicture
    assert "10000 bytes" in error.detail


def test_rubbish_about_the_picture_is_left_out(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder
) -> None:
    answer = {
        "data": [7, None, {"b64_json": "aGVsbG8="}],
        "size": {"width": 1},
        "quality": "q" * 1000,
        "usage": {"output_tokens": 10**30, "input_tokens": -1, "input_tokens_details": "many"},
    }
    stand_in.next(bad.saying(json.dumps(answer).encode()))

    delivery = provider.generate(an_order(), on_preview=unwatched)

    assert delivery.settings == {"quality": "q" * 64}
    assert delivery.usage == {}


# The calls that cost nothing


def test_the_check_counts_the_models(provider: OpenAIProvider) -> None:
    line = provider.check()

    assert "127.0.0.1" in line
    assert "8 models, 6 of them for images" in line


def test_the_check_names_what_is_wrong(stand_in: OpenAIStandIn, provider: OpenAIProvider) -> None:
    stand_in.next(bad.unauthorised(), on=MODEL_LIST)

    with pytest.raises(Unauthorised):
        provider.check()


def test_moderation_names_the_flagged_categories(
    stand_in: OpenAIStandIn, provider: OpenAIProvider
) -> None:
    assert provider.flagged("a lighthouse") == []
    assert provider.flagged("[flagged violence] and [flagged sexual/minors]") == [
        "sexual/minors",
        "violence",
    ]
    assert stand_in.requests[0].json == {"model": "omni-moderation-latest", "input": "a lighthouse"}


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (bad.busy(), ProviderBusy),
        (bad.quota(), QuotaGone),
        (bad.unauthorised(), Unauthorised),
        (bad.fail(500), ProviderDown),
        (bad.fail(504), ProviderDown),
        (bad.cut(), ProviderDown),
        (bad.html(), ProviderDown),
        (bad.nothing(), ProviderDown),
        (bad.endless(), ProviderDown),
        (bad.saying(b'{"results": []}'), ProviderDown),
        (bad.saying(b"[]"), ProviderDown),
        (bad.slow(5), ProviderDown),
        (bad.trickle(), ProviderDown),
    ],
)
def test_a_moderation_without_end_or_sense_may_be_tried_again(
    stand_in: OpenAIStandIn,
    provider: OpenAIProvider,
    behaviour: Behaviour,
    outcome: type[ProviderError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openai_module, "FREE_CALL_SECONDS", 0.5)
    stand_in.next(behaviour, on=MODERATIONS)

    with pytest.raises(ProviderError) as raised:
        provider.flagged("a lighthouse")

    assert type(raised.value) is outcome


# Many at once


def test_threads_share_one_provider(
    stand_in: OpenAIStandIn, provider: OpenAIProvider, an_order: MakeOrder, tmp_path: Path
) -> None:
    stand_in.delay = 0.5

    def one(number: int) -> bytes:
        folder = tmp_path / str(number)
        folder.mkdir()
        delivery = provider.generate(an_order(workdir=folder), on_preview=unwatched)
        return delivery.pictures[0].path.read_bytes()

    with ThreadPoolExecutor(30) as pool:
        received = list(pool.map(one, range(30)))

    assert sorted(received) == sorted(stand_in.pictures)


def test_greenlets_share_one_provider(stand_in: OpenAIStandIn, tmp_path: Path) -> None:
    stand_in.delay = 1
    script = tmp_path / "many.py"
    script.write_text(MANY_GREENLETS)

    done = subprocess.run(
        [sys.executable, str(script), stand_in.base_url, stand_in.api_key, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    seconds, *hashes = done.stdout.split()
    assert sorted(hashes) == sorted(sha256(sent).hexdigest() for sent in stand_in.pictures)
    assert float(seconds) < 10  # one after the other would take forty


MANY_GREENLETS = """
import gevent.monkey; gevent.monkey.patch_all()
import pathlib, sys, time
import gevent
from generator.providers.openai import OpenAIProvider
from generator.providers.protocol import Order

base_url, api_key, folder = sys.argv[1:]
provider = OpenAIProvider(api_key=api_key, base_url=base_url)

def one(number):
    workdir = pathlib.Path(folder, str(number)); workdir.mkdir()
    order = Order(model="gpt-image-2.6-flare", prompt="a cat", width=1024, height=1024,
                  quality="low", count=1, workdir=workdir, timeout=30, stream=number % 2 == 0)
    return provider.generate(order, on_preview=lambda path: None).pictures[0].sha256

began = time.monotonic()
jobs = [gevent.spawn(one, number) for number in range(40)]
gevent.joinall(jobs, raise_error=True)
print(time.monotonic() - began, *(job.value for job in jobs))
"""


def failure(
    provider: OpenAIProvider, order: Order, on_preview: OnPreview = unwatched
) -> ProviderError:
    """The error with which a call ends."""
    with pytest.raises(ProviderError) as raised:
        provider.generate(order, on_preview=on_preview)
    return raised.value
