"""The studio, and what one made in it: `/generate/`, `/generations/…`, `/history/` and others."""

from django.urls import path

from generator.views import mine, studio

urlpatterns = [
    path("generate/", studio.generate, name="generate"),
    path("generate/options/", studio.generate_options, name="generate_options"),
    path("generations/<uuid:pk>/", studio.generation, name="generation"),
    path("generations/<uuid:pk>/card/", studio.generation_card, name="generation_card"),
    path("generations/<uuid:pk>/cancel/", studio.generation_cancel, name="generation_cancel"),
    path("generations/<uuid:pk>/again/", studio.generation_again, name="generation_again"),
    path("generations/<uuid:pk>/preview/", studio.generation_preview, name="generation_preview"),
    path("history/", mine.history, name="history"),
    path("prompts/", mine.prompts, name="prompts"),
    path("dashboard/", mine.dashboard, name="dashboard"),
]
