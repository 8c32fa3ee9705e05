"""Pictures: `/` and `/images/…`."""

from django.urls import path

from gallery import views

urlpatterns = [
    path("", views.feed, name="feed"),
    path("images/<uuid:pk>/", views.image, name="image"),
    path("images/<uuid:pk>/download/", views.image_download, name="image_download"),
    path("images/<uuid:pk>/like/", views.image_like, name="image_like"),
    path("images/<uuid:pk>/visibility/", views.image_visibility, name="image_visibility"),
    path("images/<uuid:pk>/<slug:name>.<slug:format>", views.image_file, name="image_file"),
]
