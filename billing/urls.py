"""The credits page and the way to the till."""

from django.urls import path

from billing import views
from billing.earning import views as earning
from billing.google_play.views import notification

urlpatterns = [
    path("", views.billing, name="billing"),
    path("checkout/", views.buy, name="checkout"),
    path("portal/", views.portal, name="portal"),
    path("done/<uuid:pk>/", views.checkout_done, name="checkout_done"),
    path("done/<uuid:pk>/state/", views.checkout_state, name="checkout_state"),
    path("earn/", earning.earn, name="earn"),
    path("daily/", earning.claim_daily, name="claim_daily"),
    path("redeem/", earning.redeem, name="redeem"),
    path("ads/callback/", earning.ad_callback, name="ad_callback"),
    path("ads/token/", earning.ad_token, name="ad_token"),
    path("google-play/notifications/", notification, name="google_play_notification"),
]
