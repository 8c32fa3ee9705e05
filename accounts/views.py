"""A person's own page and picture, and two of allauth's views where they fall short."""

from __future__ import annotations

from typing import Any, cast

from allauth.account import views as allauth
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseForbidden,
)
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import avatars, emails
from accounts.forms import AvatarForm, ChangeEmailForm, ProfileForm, SignupForm
from accounts.models import AvatarUpload, User


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Names and picture; each form is saved by itself or both together."""
    user = cast(User, request.user)
    if "remove_avatar" in request.POST:
        avatars.remove(user=user)
        messages.success(request, _("Your picture is gone."))
        return redirect("profile")
    names = request.POST if "username" in request.POST else None
    sends_avatar = request.method == "POST" and (bool(request.FILES) or names is None)
    profile_form = ProfileForm(names, user=user)
    avatar_form = AvatarForm(request.POST, request.FILES) if sends_avatar else AvatarForm()
    sent = [form for form in (profile_form, avatar_form) if form.is_bound]
    if sent and all(form.is_valid() for form in sent) and _saved(user, profile_form, avatar_form):
        messages.success(request, _("Saved."))
        return redirect("profile")
    context = {"profile_form": profile_form, "avatar_form": avatar_form, "upload": _upload(user)}
    return render(request, "accounts/profile.html", context)


@require_GET
@never_cache
def profile_avatar(request: HttpRequest) -> HttpResponse:
    """The part of the profile that follows the worker. 204 while the picture is being made."""
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    upload = _upload(request.user)
    if upload and not upload.is_broken:
        return HttpResponse(status=204)
    return render(request, "accounts/_avatar.html", {"upload": upload})


@require_GET
def avatar(request: HttpRequest, key: str) -> FileResponse:
    """Somebody's picture. Its address is its key, and never shows another picture."""
    try:
        response = FileResponse(avatars.opened(key), content_type="image/webp")
    except FileNotFoundError:
        raise Http404 from None
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class SignupView(allauth.SignupView):
    """allauth's, with a sentence where two people take one name in the same moment."""

    def form_valid(self, form: SignupForm) -> HttpResponse:
        try:
            return super().form_valid(form)  # type: ignore[no-any-return]
        except IntegrityError:
            # Checked again, the form finds the one who was quicker.
            form.full_clean()
            form.add_error(None, _("Somebody was quicker. Check the form and send it again."))
            return self.form_invalid(form)  # type: ignore[no-any-return]


signup = SignupView.as_view()


class EmailView(allauth.EmailView):
    """allauth's, with sentences where it has none: an address taken meanwhile, a mail not sent."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "current_email": self.request.user.email.lower(),
        }

    def form_valid(self, form: ChangeEmailForm) -> HttpResponse:
        try:
            return super().form_valid(form)  # type: ignore[no-any-return]
        except emails.AddressTaken as error:
            form.add_error("email", str(error.sentence))
            return self.form_invalid(form)  # type: ignore[no-any-return]

    def _action_send(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        response = super()._action_send(request, *args, **kwargs)
        if not self._did_send_verification_email:
            sentence = _("A message went to this address a moment ago. Look there first.")
            messages.info(request, sentence)
        return cast(HttpResponse | None, response)


email = EmailView.as_view()


def _saved(user: User, profile_form: ProfileForm, avatar_form: AvatarForm) -> bool:
    if profile_form.is_bound and not profile_form.save():
        return False
    if avatar_form.is_bound:
        avatars.accept(user=user, file=avatar_form.cleaned_data["avatar"])
    return True


def _upload(user: Any) -> AvatarUpload | None:
    return AvatarUpload.objects.filter(pk=user.pk).first()
