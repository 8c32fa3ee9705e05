from django.urls import path, re_path

from accounts import views

urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/avatar/", views.profile_avatar, name="profile_avatar"),
    re_path(r"^avatars/(?P<key>[0-9a-f]{32})\.webp$", views.avatar, name="avatar"),
    # In place of allauth's own, under its names.
    path("signup/", views.signup, name="account_signup"),
    path("email/", views.email, name="account_email"),
]
