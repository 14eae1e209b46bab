"""Reads the bodies of requests, and no more of them than a request needs."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.parsers import JSONParser


class LimitedJsonParser(JSONParser):
    """JSON is parsed in memory: more than DATA_UPLOAD_MAX_MEMORY_SIZE is refused. Files come as forms."""

    def parse(self, stream: Any, *args: Any, **options: Any) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise RequestDataTooBig(f"A request without a file can have {limit:,} bytes.")
        return super().parse(BytesIO(body), *args, **options)
