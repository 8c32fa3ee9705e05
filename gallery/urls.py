"""Pictures, `/` and `/images/…`, and what people make of them."""

from django.urls import path

from gallery.views import (
    collections,
    deleted,
    downloads,
    feed,
    likes,
    people,
    pictures,
    searches,
    selection,
    sharing,
    verifying,
)

urlpatterns = [
    path("", feed.feed, name="feed"),
    path("images/<uuid:pk>/", pictures.image, name="image"),
    path("images/<uuid:pk>/download/", pictures.image_download, name="image_download"),
    path("images/<uuid:pk>/like/", pictures.image_like, name="image_like"),
    path("images/<uuid:pk>/visibility/", pictures.image_visibility, name="image_visibility"),
    path("images/<uuid:pk>/delete/", deleted.image_delete, name="image_delete"),
    path("images/<uuid:pk>/restore/", deleted.image_restore, name="image_restore"),
    path("images/<uuid:pk>/collections/", collections.collection_choose, name="collection_choose"),
    path("images/<uuid:pk>/related/", pictures.image_related, name="image_related"),
    path("images/<uuid:pk>/embed/", sharing.image_embed, name="image_embed"),
    path("oembed/", sharing.oembed, name="oembed"),
    path("images/<uuid:pk>/<slug:name>.<slug:format>", pictures.image_file, name="image_file"),
    path("deleted/", deleted.deleted, name="deleted"),
    path("downloads/", downloads.downloads, name="downloads"),
    path("likes/", likes.likes, name="likes"),
    path("collections/", collections.collections, name="collections"),
    path("collections/<uuid:pk>/", collections.collection, name="collection"),
    path("collections/<uuid:pk>/edit/", collections.collection_edit, name="collection_edit"),
    path("collections/<uuid:pk>/delete/", collections.collection_delete, name="collection_delete"),
    path(
        "collections/<uuid:pk>/<uuid:image>/move/",
        collections.collection_move,
        name="collection_move",
    ),
    path(
        "collections/<uuid:pk>/<uuid:image>/cover/",
        collections.collection_cover,
        name="collection_cover",
    ),
    path(
        "collections/<uuid:pk>/<uuid:image>/remove/",
        collections.collection_remove,
        name="collection_remove",
    ),
    path("u/<str:username>/", people.person, name="person"),
    path("u/<str:username>/collections/", people.person_collections, name="person_collections"),
    path("searches/", searches.saved_searches, name="saved_searches"),
    path("searches/<int:pk>/rename/", searches.saved_search_rename, name="saved_search_rename"),
    path("searches/<int:pk>/delete/", searches.saved_search_delete, name="saved_search_delete"),
    path("verify/", verifying.verify, name="verify"),
    path("selection/", selection.selection, name="selection"),
]
