"""`scripts/manage prepare_bucket ORIGIN…`: lets the site's pages send files to the bucket and read them from it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.jobs.storage import bucket


class Command(BaseCommand):
    help = "Lets pages of these origins, such as https://example.org, send files to the bucket and read them from it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("origins", nargs="+", metavar="ORIGIN")

    def handle(self, *args: Any, origins: list[str], **options: Any) -> None:
        if not bucket.is_used():
            raise CommandError("Files are on the local disk: S3_BUCKET is not set.")
        bucket.allow_browsers(origins)
        self.stdout.write(f"The bucket takes files from {', '.join(origins)}.")
