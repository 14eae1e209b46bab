"""Every address, by app."""

from django.contrib import admin
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from apps.jobs.api.errors import not_found

admin.autodiscover()
urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("apps.operations.urls")),
    path("api/", include("apps.accounts.urls")),
    path("api/", include("apps.jobs.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    re_path(r"^api(/|$)", not_found),
    *staticfiles_urlpatterns(),  # in development; in production WhiteNoise serves them
]

handler400 = "apps.jobs.api.errors.bad_request"
handler404 = "apps.jobs.api.errors.not_found"
handler500 = "apps.jobs.api.errors.server_error"
