"""Why something that was asked for isn't done. Each is an answer of its own over HTTP: see api.errors."""


class InvalidRequest(Exception):
    """What was asked for can't be done. `fields` says what is wrong, by field; `too_large` is its own HTTP status."""

    def __init__(self, fields: dict[str, list[str]], *, too_large: bool = False) -> None:
        self.fields, self.too_large = fields, too_large
        super().__init__(str(fields))


class Conflict(Exception):
    """The job's state doesn't allow what was asked for. The message says why."""


class TooManyJobs(Exception):
    """The user has as many unended jobs as one may have."""


class QuotaExceeded(Exception):
    """The user's files take as much space as one's may take."""
