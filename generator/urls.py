"""The studio: `/generate/`, `/generations/…` and `/history/`."""

from django.urls import path

from generator import views

urlpatterns = [
    path("generate/", views.generate, name="generate"),
    path("generate/options/", views.generate_options, name="generate_options"),
    path("generations/<uuid:pk>/", views.generation, name="generation"),
    path("generations/<uuid:pk>/card/", views.generation_card, name="generation_card"),
    path("generations/<uuid:pk>/cancel/", views.generation_cancel, name="generation_cancel"),
    path("generations/<uuid:pk>/again/", views.generation_again, name="generation_again"),
    path("generations/<uuid:pk>/preview/", views.generation_preview, name="generation_preview"),
    path("history/", views.history, name="history"),
]
