"""What a request says that it accepts, where an address has one representation only."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation


class AnyAccept(DefaultContentNegotiation):
    """Sends what there is: a file has its own type, whatever `Accept` says. Errors are JSON."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
