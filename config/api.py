"""The REST API at /api/v1/: who may call it, how it answers, and what joins several apps."""

from __future__ import annotations

import logging
import time
from http import HTTPStatus
from typing import Any, Literal, cast

import jwt
from allauth.headless.tokens.strategies.jwt.internal import validate_access_token
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer, SessionAuth

from accounts.api import Person, person
from accounts.models import User
from billing import credits
from billing.allowances import BeyondTier
from billing.api import router as subscriptions
from billing.credits import InsufficientCredits
from billing.google_play.client import NotConfigured, PlayUnavailable
from billing.google_play.purchases import PurchaseRefused
from generator.api import InvalidRequest, NothingOffered
from generator.api import router as generations
from generator.limits import FIELDS as LIMITED
from generator.moderation import PromptBlocked
from generator.submission import NotAccepted

logger = logging.getLogger(__name__)


class ApiError(Exception):
    """Anything that the API refuses: a status, a word for programs, a sentence for people."""

    def __init__(self, status: int, code: str, message: str | Promise) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = str(message)


class TokenAuth(HttpBearer):
    """An access token from `/_allauth/app/v1/auth/login`, sent as `Authorization: Bearer …`."""

    openapi_bearerFormat = "JWT"

    def authenticate(self, request: HttpRequest, token: str) -> User:
        found = validate_access_token(token)
        if found is None:
            raise _expired() if _is_expired(token) else _invalid()
        request.user = found[0]
        return cast(User, found[0])


class BrowserAuth(SessionAuth):
    """The session of a browser that is logged in; changes also need the CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        return cast(User | None, super().authenticate(request, key))


api = NinjaAPI(
    title=settings.SITE_NAME,
    version="1",
    urls_namespace="api",
    description=(
        "Log in with `POST /_allauth/app/v1/auth/login` and a JSON body of `email` and `password`; "
        "`meta.access_token` of the answer goes into the header `Authorization: Bearer …`. When it "
        "has expired, `POST /_allauth/app/v1/tokens/refresh` with `refresh_token` gives another. "
        "Every answer has `success`; where that is false, `error` has a `code` and a `message`."
    ),
    auth=[TokenAuth(), BrowserAuth()],
)


api.add_router("", generations)
api.add_router("", subscriptions)


class ErrorDetail(Schema):
    code: str
    message: str
    fields: dict[str, str] | None = None


class ErrorOut(Schema):
    """Every refusal and failure looks like this."""

    success: Literal[False] = False
    error: ErrorDetail


class MeOut(Schema):
    success: Literal[True] = True
    user: Person
    credits: int


@api.get("/me", response={200: MeOut, 401: ErrorOut}, summary="Who am I, and what is left")
def me(request: HttpRequest) -> MeOut:
    user = cast(User, request.user)
    return MeOut(user=person(user), credits=credits.balance(user))


def error_response(
    status: int, code: str, message: str, *, fields: dict[str, str] | None = None
) -> JsonResponse:
    """The one shape of every error."""
    error: dict[str, Any] = {"code": code, "message": message}
    if fields:
        error["fields"] = fields
    response = JsonResponse({"success": False, "error": error}, status=status)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ApiError)
def _refused(request: HttpRequest, error: ApiError) -> HttpResponse:
    return error_response(error.status, error.code, error.message)


@api.exception_handler(InsufficientCredits)
def _too_few(request: HttpRequest, error: InsufficientCredits) -> HttpResponse:
    return error_response(402, "insufficient_credits", error.sentence)


@api.exception_handler(NotAccepted)
def _not_accepted(request: HttpRequest, error: NotAccepted) -> HttpResponse:
    return error_response(409, "not_accepted", str(error.sentence))


@api.exception_handler(BeyondTier)
def _beyond_tier(request: HttpRequest, error: BeyondTier) -> HttpResponse:
    field = LIMITED.get(error.limit)
    fields = {field: error.sentence} if field else None
    return error_response(409, "tier_limit", error.sentence, fields=fields)


@api.exception_handler(PromptBlocked)
def _blocked(request: HttpRequest, error: PromptBlocked) -> HttpResponse:
    return error_response(422, "prompt_blocked", error.sentence, fields={"prompt": error.sentence})


@api.exception_handler(InvalidRequest)
def _does_not_fit(request: HttpRequest, error: InvalidRequest) -> HttpResponse:
    return error_response(422, "invalid", _("Some values are not valid."), fields=error.fields)


@api.exception_handler(NothingOffered)
def _nothing_offered(request: HttpRequest, error: NothingOffered) -> HttpResponse:
    return error_response(503, "no_model", _("No model is available at the moment."))


@api.exception_handler(PurchaseRefused)
def _purchase_refused(request: HttpRequest, error: PurchaseRefused) -> HttpResponse:
    return error_response(409, error.code, error.sentence)


@api.exception_handler(PlayUnavailable)
def _play_unavailable(request: HttpRequest, error: PlayUnavailable) -> HttpResponse:
    return error_response(503, "google_play_unavailable", error.sentence)


@api.exception_handler(NotConfigured)
def _no_play(request: HttpRequest, error: NotConfigured) -> HttpResponse:
    return error_response(404, "not_found", _("Nothing is sold by Google Play here."))


@api.exception_handler(AuthenticationError)
def _anonymous(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    message = _("Log in first, or send an access token in the header Authorization.")
    return error_response(401, "not_authenticated", message)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return error_response(404, "not_found", _("There is nothing here, or it is not yours."))


@api.exception_handler(ValidationError)
def _invalid_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {str(each["loc"][-1]): str(each["msg"]) for each in error.errors}
    return error_response(422, "invalid", _("Some values are not valid."), fields=fields)


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return error_response(error.status_code, code, str(error))


@api.exception_handler(RawPostDataException)
def _not_json(request: HttpRequest, error: RawPostDataException) -> HttpResponse:
    return error_response(415, "not_json", _("Send the request's body as JSON."))


@api.exception_handler(Exception)
def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("The API failed at %s", request.path, exc_info=error)
    return error_response(500, "failed", _("Something went wrong here. Try again later."))


def _is_expired(token: str) -> bool:
    """Whether the token says so of itself; good enough to choose a sentence by."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
        return float(claims["exp"]) <= time.time()
    except (jwt.PyJWTError, KeyError, TypeError, ValueError):
        return False


def _expired() -> ApiError:
    sentence = _("This access token has expired. Get another with your refresh token, or log in.")
    return ApiError(401, "token_expired", sentence)


def _invalid() -> ApiError:
    return ApiError(401, "token_invalid", _("This access token is not valid. Log in again."))
