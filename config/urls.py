"""All addresses of the house."""

from django.contrib import admin
from django.urls import include, path

from accounts import headless
from billing import webhooks
from billing.earning import views as earning
from config import health, preferences
from config.api import api

urlpatterns = [
    path("", include("gallery.urls")),
    path("", include("generator.urls")),
    path("billing/", include("billing.urls")),
    path("stripe/webhook/", webhooks.stripe_webhook, name="stripe_webhook"),
    path("stripe/webhook/<uuid:endpoint>/", webhooks.stripe_webhook),
    path("join/<str:code>/", earning.join, name="join"),
    path("accounts/", include("accounts.urls")),
    path("accounts/preferences/", preferences.preferences, name="preferences"),
    path("accounts/", include("allauth.urls")),
    path("_allauth/app/v1/account/email", headless.email),
    path("_allauth/", include("allauth.headless.urls")),
    path("api/v1/", api.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
