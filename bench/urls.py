"""The addresses of the house, and the bare views that its pages are measured against."""

from __future__ import annotations

from django.urls import path

from bench import floors
from config import urls

urlpatterns = [
    path("bench/bare/", floors.bare),
    path("bench/insert/", floors.insert),
    *urls.urlpatterns,
]
handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500
