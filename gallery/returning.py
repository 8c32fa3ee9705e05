"""Where a form leads back to: the address that it named, if that is one of ours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest, *, otherwise: str, anchor: str = "") -> HttpResponseRedirect:
    """To ``next`` of the form, with ``anchor``; to ``otherwise`` without a path of this site."""
    address = request.POST.get("next", "")
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(f"{address}{anchor}" if is_ours else otherwise)
