"""The credits page and the way to the till."""

from django.urls import path

from billing import views

urlpatterns = [
    path("", views.billing, name="billing"),
    path("checkout/", views.buy, name="checkout"),
    path("portal/", views.portal, name="portal"),
    path("done/<uuid:pk>/", views.checkout_done, name="checkout_done"),
    path("done/<uuid:pk>/state/", views.checkout_state, name="checkout_state"),
]
