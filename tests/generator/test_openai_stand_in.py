"""The stand-in must be what it stands for: OpenAI's own client and description are the judges."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import openai
import pytest
from PIL import Image

from tests.stand_ins import openai_behaviours as bad
from tests.stand_ins.openai import MODERATIONS, OpenAIStandIn
from tests.stand_ins.pictures import bomb, draw

ROOT = Path(__file__).parents[2]
DESCRIPTION = ROOT.parent / "shared/contracts/openai.images.openapi.json"

needs_description = pytest.mark.skipif(
    not DESCRIPTION.exists(),
    reason=f"OpenAI's API description is not at ../{DESCRIPTION.relative_to(ROOT.parent)}",
)


@pytest.fixture
def stand_in() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as server:
        yield server


@pytest.fixture
def client(stand_in: OpenAIStandIn) -> Iterator[openai.OpenAI]:
    """OpenAI's client, told to accept nothing that it does not expect."""
    with openai.OpenAI(
        api_key=stand_in.api_key,
        base_url=stand_in.base_url,
        max_retries=0,
        _strict_response_validation=True,
    ) as client:
        yield client


def an_order(**changes: Any) -> dict[str, Any]:
    return {"model": "gpt-image-2.6-flare", "prompt": "a lighthouse", "quality": "low"} | changes


def post(stand_in: OpenAIStandIn, order: Any, path: str = "/images/generations") -> httpx2.Response:
    headers = {"authorization": f"Bearer {stand_in.api_key}"}
    return httpx2.post(stand_in.base_url + path, json=order, headers=headers, trust_env=False)


def test_openais_own_client_understands_the_pictures(
    stand_in: OpenAIStandIn, client: openai.OpenAI
) -> None:
    answer = client.images.generate(**an_order(n=2, size="1536x864", safety_identifier="u-1"))

    assert answer.data
    files = [b64decode(image.b64_json or "") for image in answer.data]
    assert files == stand_in.pictures
    assert {Image.open(BytesIO(file)).size for file in files} == {(1536, 864)}
    assert answer.usage
    assert answer.usage.output_tokens > 0
    assert answer.safety_identifier == "u-1"


def test_openais_own_client_understands_the_events(
    stand_in: OpenAIStandIn, client: openai.OpenAI
) -> None:
    events = list(client.images.generate(**an_order(stream=True, partial_images=3)))

    assert [event.type for event in events] == [
        *["image_generation.partial_image"] * 3,
        "image_generation.completed",
    ]
    assert [event.partial_image_index for event in events[:3]] == [0, 1, 2]
    assert b64decode(events[3].b64_json) == stand_in.pictures[0]


def test_openais_own_client_understands_models_and_moderation(client: openai.OpenAI) -> None:
    models = list(client.models.list())
    moderation = client.moderations.create(input="[flagged violence/graphic]")

    assert "gpt-image-2.6-sunburst" in [model.id for model in models]
    assert moderation.results[0].flagged
    assert moderation.results[0].categories.violence_graphic
    assert not moderation.results[0].categories.sexual


def test_openais_own_client_understands_the_errors(
    stand_in: OpenAIStandIn, client: openai.OpenAI
) -> None:
    stand_in.next(bad.refuse(), bad.busy(9))

    with pytest.raises(openai.BadRequestError) as refused:
        client.images.generate(**an_order())
    with pytest.raises(openai.RateLimitError) as busy:
        client.images.generate(**an_order())

    assert refused.value.code == "moderation_blocked"
    assert refused.value.request_id
    assert busy.value.response.headers["retry-after"] == "9"


@needs_description
def test_the_answers_fit_openais_description(stand_in: OpenAIStandIn) -> None:
    description = json.loads(DESCRIPTION.read_text())

    def check(value: Any, schema: str) -> None:
        root = {"$ref": f"#/components/schemas/{schema}", "components": description["components"]}
        jsonschema.Draft202012Validator(root).validate(value)

    # The description is older than the newest sizes and qualities, so the oldest are ordered.
    check(an_order(), "CreateImageRequest")
    check(post(stand_in, an_order(n=2, size="1024x1024")).json(), "ImagesResponse")
    check(post(stand_in, {"input": "hello"}, "/moderations").json(), "CreateModerationResponse")
    headers = {"authorization": f"Bearer {stand_in.api_key}"}
    models = httpx2.get(stand_in.base_url + "/models", headers=headers, trust_env=False)
    check(models.json(), "ListModelsResponse")
    events = re.findall(
        r"^data: (.*)$", post(stand_in, an_order(stream=True, partial_images=1)).text, re.MULTILINE
    )
    check(json.loads(events[0]), "ImageGenPartialImageEvent")
    check(json.loads(events[1]), "ImageGenCompletedEvent")


@pytest.mark.parametrize(
    ("change", "status", "param", "code"),
    [
        ({"prompt": None}, 400, "prompt", "missing_required_parameter"),
        ({"prompt": ""}, 400, "prompt", "invalid_value"),
        ({"prompt": 7}, 400, "prompt", "invalid_type"),
        ({"prompt": "x" * 32_001}, 400, "prompt", "string_above_max_length"),
        ({"model": "dall-e-3"}, 404, "model", "model_not_found"),
        ({"model": None}, 404, "model", "model_not_found"),
        ({"n": 0}, 400, "n", "integer_below_min_value"),
        ({"n": 11}, 400, "n", "integer_above_max_value"),
        ({"n": "2"}, 400, "n", "invalid_type"),
        ({"partial_images": 4, "stream": True}, 400, "partial_images", "integer_above_max_value"),
        ({"quality": "hd"}, 400, "quality", "invalid_value"),
        ({"quality": "max"}, 400, "quality", "invalid_value"),
        ({"output_format": "tiff"}, 400, "output_format", "invalid_value"),
        ({"moderation": "off"}, 400, "moderation", "invalid_value"),
        ({"stream": "yes"}, 400, "stream", "invalid_type"),
        ({"style": "vivid"}, 400, "style", "unknown_parameter"),
        ({"response_format": "url"}, 400, "response_format", "unknown_parameter"),
        ({"size": "1000x1000"}, 400, "size", "invalid_value"),
        ({"size": "512x512"}, 400, "size", "invalid_value"),
        ({"size": "3856x2160"}, 400, "size", "invalid_value"),
        ({"size": "3840x2176"}, 400, "size", "invalid_value"),
        ({"size": "2048x640"}, 400, "size", "invalid_value"),
        ({"size": "large"}, 400, "size", "invalid_value"),
    ],
)
def test_what_openai_refuses_is_refused(
    stand_in: OpenAIStandIn, change: dict[str, Any], status: int, param: str, code: str
) -> None:
    answer = post(stand_in, an_order(**change))

    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["code"]) == (status, param, code)
    assert error["message"]
    assert error["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "change",
    [
        {"size": "3840x2160"},
        {"size": "2160x3840"},
        {"size": "1920x640"},
        {"size": "auto"},
        {"n": 10},
        {"model": "gpt-image-2.5-sunburst", "quality": "max"},
    ],
)
def test_what_openai_takes_is_taken(stand_in: OpenAIStandIn, change: dict[str, Any]) -> None:
    assert post(stand_in, an_order(**change)).status_code == 200


def test_a_body_that_is_no_json_is_refused(stand_in: OpenAIStandIn) -> None:
    headers = {"authorization": f"Bearer {stand_in.api_key}"}

    answer = httpx2.post(
        f"{stand_in.base_url}/images/generations", content=b"{", headers=headers, trust_env=False
    )

    assert answer.status_code == 400


def test_only_the_right_key_opens(stand_in: OpenAIStandIn) -> None:
    url = f"{stand_in.base_url}/models"
    wrong = httpx2.get(url, headers={"authorization": "Bearer sk-wrong-key"}, trust_env=False)
    none = httpx2.get(url, trust_env=False)

    assert (wrong.status_code, none.status_code) == (401, 401)
    assert wrong.json()["error"]["code"] == "invalid_api_key"
    assert "wrong-key" not in wrong.text


def test_what_is_scripted_comes_in_its_order_and_then_always(stand_in: OpenAIStandIn) -> None:
    stand_in.next(bad.busy(), bad.fail(500))
    stand_in.always(bad.refuse())

    statuses = [post(stand_in, an_order()).status_code for _ in range(4)]
    stand_in.reset()

    assert statuses == [429, 500, 400, 400]
    assert post(stand_in, an_order()).status_code == 200
    assert len(stand_in.orders) == 1


def test_each_endpoint_has_its_own_script(stand_in: OpenAIStandIn) -> None:
    stand_in.always(bad.fail(503), on=MODERATIONS)

    assert post(stand_in, an_order()).status_code == 200
    assert post(stand_in, {"input": "hello"}, "/moderations").status_code == 503


@pytest.mark.parametrize(
    ("words", "status"),
    [("[busy]", 429), ("[429]", 429), ("[500]", 500), ("[refuse]", 400), ("[fail 418]", 418)],
)
def test_a_prompt_can_ask_for_trouble(stand_in: OpenAIStandIn, words: str, status: int) -> None:
    assert post(stand_in, an_order(prompt=f"a cat {words}")).status_code == status


def test_a_prompt_can_ask_for_patience(stand_in: OpenAIStandIn) -> None:
    began = time.monotonic()

    answer = post(stand_in, an_order(prompt="a cat [slow 0.4]"))

    assert answer.status_code == 200
    assert time.monotonic() - began >= 0.4


@pytest.mark.parametrize("name", sorted(bad.BY_NAME))
def test_each_behaviour_can_be_asked_for_by_name(name: str) -> None:
    needs_a_number = name == "deliver"

    assert bad.named_in(f"a cat [{name}{' 2' if needs_a_number else ''}]")
    assert not bad.named_in(f"a cat {name} [not a behaviour] [see page 12]")


def test_a_picture_has_about_the_weight_that_was_wished_for() -> None:
    drawn = draw(1024, 1024, number=1, weight=1_000_000)

    assert len(drawn.content) == pytest.approx(1_000_000, rel=0.5)
    assert Image.open(BytesIO(drawn.content)).size == (1024, 1024)
    assert b64decode(b"".join(drawn.base64)) == drawn.content


def test_the_huge_picture_is_small_and_claims_to_be_huge() -> None:
    huge = bomb()

    assert len(huge) < 1000
    assert int.from_bytes(huge[16:20]) == int.from_bytes(huge[20:24]) == 30_000


def test_four_hundred_calls_wait_at_once(stand_in: OpenAIStandIn) -> None:
    body = json.dumps(an_order()).encode()
    request = (
        f"POST /v1/images/generations HTTP/1.1\r\nauthorization: Bearer {stand_in.api_key}\r\n"
        f"connection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode()

    async def one() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", stand_in.port)
        writer.write(request + body)
        answer = await reader.read()
        writer.close()
        return answer[:15]

    async def many() -> set[bytes]:
        return set(await asyncio.gather(*(one() for _ in range(400))))

    stand_in.always(bad.slow(1))
    began = time.monotonic()

    # In a thread of its own: a browser test before this one may have left a loop in ours.
    with ThreadPoolExecutor(1) as thread:
        answers = thread.submit(lambda: asyncio.run(many())).result()

    assert answers == {b"HTTP/1.1 200 OK"}
    assert time.monotonic() - began < 10


def test_it_can_be_started_by_hand() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.stand_ins.openai", "--port", "0", "--weight", "100000"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            base_url = line.split("OPENAI_BASE_URL=")[1].split()[0]
            client = openai.OpenAI(api_key="any", base_url=base_url, max_retries=0)
            answer = client.images.generate(**an_order())
        finally:
            process.terminate()

    assert answer.data
    assert b64decode(answer.data[0].b64_json or "")[:4] == b"\x89PNG"
