"""Collections: the shelf, one of them, and what its owner does with it."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from gallery import collecting, numbering, paging
from gallery.forms import CollectionForm, MoveForm, PlaceForm
from gallery.models import Collection, Image

SHELF_PAGE = 24
PICTURES_PAGE = 24
ARRANGED_PAGE = 100


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: HttpRequest) -> HttpResponse:
    """My collections, newest first; a POST makes another."""
    user = cast(User, request.user)
    form = CollectionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            return redirect(collecting.create(user=user, **form.cleaned_data))
        except collecting.NotCollected as error:
            form.add_error(None, str(error.sentence))
    mine = collecting.shelf(user.collections.all(), shown=Image.objects.visible_to(user))
    page = paging.page(mine, after=request.GET.get("after", ""), size=SHELF_PAGE)
    context = {
        "collections": collecting.with_fronts(page.rows),
        "next_url": page.next_url(request),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    name = "_collections_page" if _is_part(request) else "collections"
    return render(request, f"gallery/{name}.html", context, status=status)


@require_safe
@never_cache
def collection(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The pictures of a collection in their order; with ``?arrange`` its owner changes that."""
    viewer = cast(User, request.user)
    found = get_object_or_404(collecting.visible_to(viewer).select_related("user"), pk=pk)
    is_owner = found.user_id == viewer.pk
    arranging = is_owner and "arrange" in request.GET
    page = numbering.page(
        collecting.items(found, viewer=viewer),
        by="position",
        after=request.GET.get("after", ""),
        size=ARRANGED_PAGE if arranging else PICTURES_PAGE,
    )
    is_part = _is_part(request)
    context = {
        "collection": found if is_part else collecting.with_front(found, viewer=viewer),
        "arranging": arranging,
        "is_owner": is_owner,
        "images": [item.image for item in page.rows],
        "next_url": page.next_url(request),
    }
    whole, part = ("arrange", "_arrange_page") if arranging else ("collection", "_shown_page")
    return render(request, f"gallery/{part if is_part else whole}.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def collection_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What it is called, what it is about, who may see it."""
    found = _mine(request, pk)
    form = CollectionForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(found, name) for name in CollectionForm.base_fields},
    )
    if form.is_bound and form.is_valid():
        try:
            collecting.change(collection=found, **form.cleaned_data)
        except collecting.NotCollected as error:
            form.add_error("visibility", str(error.sentence))
        else:
            messages.success(request, _("Saved."))
            return redirect(found)
    context = {"collection": found, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "gallery/collection_edit.html", context, status=status)


@login_required
@require_POST
def collection_delete(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The collection goes, its pictures stay."""
    found = _mine(request, pk)
    found.delete()
    sentence = _("The collection “%(title)s” is gone. Its pictures are still there.")
    messages.success(request, sentence % {"title": found.title})
    return redirect("collections")


@login_required
@require_POST
def collection_remove(request: HttpRequest, pk: uuid.UUID, image: uuid.UUID) -> HttpResponse:
    """Take one picture out."""
    found = _mine(request, pk)
    collecting.remove(collection=found, image_pk=image)
    return _arranged(request, found)


@login_required
@require_POST
def collection_cover(request: HttpRequest, pk: uuid.UUID, image: uuid.UUID) -> HttpResponse:
    """Show one picture on the cover."""
    found = _mine(request, pk)
    try:
        collecting.set_cover(collection=found, image_pk=image)
        messages.success(request, _("This picture is on the cover now."))
    except collecting.NotCollected as error:
        messages.error(request, str(error.sentence))
    return _arranged(request, found)


@login_required
@require_POST
def collection_move(request: HttpRequest, pk: uuid.UUID, image: uuid.UUID) -> HttpResponse:
    """One step with ``step=back`` or ``step=on``, or right ``before`` or ``after`` another."""
    found = _mine(request, pk)
    form = MoveForm(request.POST)
    try:
        form.move(collection=found, image_pk=image)
    except collecting.NotCollected as error:
        if "step" not in request.POST:
            return HttpResponse(error.sentence, status=409, content_type="text/plain")
        messages.error(request, str(error.sentence))
    if "step" not in request.POST:
        return HttpResponse(status=204)
    return _arranged(request, found, moved=image)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def collection_choose(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """In which of my collections a picture is; a POST puts it into one or takes it out."""
    if not request.user.is_authenticated:
        if request.headers.get("HX-Request"):
            return HttpResponseForbidden()
        return redirect(f"{reverse('account_login')}?next={request.path}")
    image = get_object_or_404(Image.objects.visible_to(request.user).select_related("user"), pk=pk)
    form = CollectionForm(request.POST if "title" in request.POST else None, brief=True)
    problem = ""
    if request.method == "POST":
        try:
            problem = _chosen(request, image, form)
        except collecting.NotCollected as error:
            problem = str(error.sentence)
        if not problem and not request.headers.get("HX-Request"):
            return redirect("collection_choose", pk)
    context = {
        "image": image,
        "choices": collecting.choices(user=request.user, image=image),
        "problem": problem,
    }
    if request.headers.get("HX-Request"):
        return render(request, "gallery/_collect_choices.html", context)
    return render(request, "gallery/collect.html", context, status=422 if problem else 200)


def _chosen(request: HttpRequest, image: Image, form: CollectionForm) -> str:
    """Do what was sent; return a sentence where the form is not right."""
    user = cast(User, request.user)
    if form.is_bound:
        if not form.is_valid():
            return str(next(iter(form.errors.values()))[0])
        collecting.create(user=user, images=[image], **form.cleaned_data)
        return ""
    found = get_object_or_404(user.collections, pk=_uuid(request.POST.get("collection", "")))
    if request.POST.get("chosen", "1") == "0":
        collecting.remove(collection=found, image_pk=image.pk)
    else:
        collecting.add(collection=found, images=[image])
    return ""


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _mine(request: HttpRequest, pk: uuid.UUID) -> Collection:
    return get_object_or_404(cast(User, request.user).collections.select_related("user"), pk=pk)


def _arranged(
    request: HttpRequest, found: Collection, *, moved: uuid.UUID | None = None
) -> HttpResponse:
    """Back to the page where one was arranging, or to that of the picture that was ``moved``."""
    form = PlaceForm(request.POST)
    after = form.cleaned_data["from"] if form.is_valid() else None
    place = found.items.filter(image_id=moved).first() if moved else None
    if after is not None and place:
        after = min(after, place.position - 1)
    query = "" if after is None else f"&after={after}"
    anchor = f"#place-{moved}" if moved else ""
    return redirect(f"{found.get_absolute_url()}?arrange=1{query}{anchor}")


def _is_part(request: HttpRequest) -> bool:
    """Whether htmx asks only for what comes after what is there."""
    return bool(request.headers.get("HX-Request")) and "after" in request.GET
