"""Pictures: `/`, `/images/…` and what is done to many of them."""

from django.urls import path

from gallery.views import feed, pictures, selection

urlpatterns = [
    path("", feed.feed, name="feed"),
    path("images/<uuid:pk>/", pictures.image, name="image"),
    path("images/<uuid:pk>/download/", pictures.image_download, name="image_download"),
    path("images/<uuid:pk>/like/", pictures.image_like, name="image_like"),
    path("images/<uuid:pk>/visibility/", pictures.image_visibility, name="image_visibility"),
    path("images/<uuid:pk>/<slug:name>.<slug:format>", pictures.image_file, name="image_file"),
    path("selection/", selection.selection, name="selection"),
]
