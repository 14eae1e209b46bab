"""Every address, by app."""

from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

urlpatterns = [
    path("", include("apps.operations.urls")),
    path("api/", include("apps.accounts.urls")),
    path("api/", include("apps.jobs.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema")),
    *staticfiles_urlpatterns(),  # in development; in production WhiteNoise serves them
]

handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
