"""Routes of the accounts app, below ``/api/``, without trailing slashes."""

from typing import Any

from django.urls import URLPattern, URLResolver, path

from accounts import views

ONE: dict[str, Any] = {"get": "retrieve", "patch": "partial_update"}

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/register", views.RegisterView.as_view()),
    path("auth/login", views.LoginView.as_view()),
    path("auth/me", views.MeView.as_view()),
    path("auth/refresh", views.RefreshView.as_view()),
    path("auth/logout", views.LogoutView.as_view()),
    path("auth/sessions", views.SessionViewSet.as_view({"get": "list"})),
    path("auth/sessions/<int:pk>/end", views.SessionViewSet.as_view({"post": "end"})),
    path("auth/password/change", views.PasswordChangeView.as_view()),
    path("auth/password/reset", views.PasswordResetView.as_view()),
    path("auth/password/reset/confirm", views.PasswordResetConfirmView.as_view()),
    path("auth/verify-email", views.VerifyEmailView.as_view()),
    path("auth/verify-email/confirm", views.VerifyEmailConfirmView.as_view()),
    path("team", views.TeamViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "team/<int:pk>",
        views.TeamViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
    ),
    path("builders/<int:pk>", views.BuilderViewSet.as_view(ONE)),
    path("customers/<int:pk>", views.CustomerViewSet.as_view(ONE)),
]
