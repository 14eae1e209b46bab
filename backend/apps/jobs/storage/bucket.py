"""What an S3-compatible bucket does itself: it takes files in and gives them out by signed addresses, past our servers.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.http import content_disposition_header

VALID_FOR = 3600  # seconds that a signed address is good for


class Signed(NamedTuple):
    """An address that may be asked without an account, once the headers go with it."""

    url: str
    headers: dict[str, str]


class Part(NamedTuple):
    """A part of a file that has arrived. `receipt` is what the bucket wants to see again."""

    number: int  # from 1
    size: int
    receipt: dict[str, str]


def is_used() -> bool:
    storages: Any = settings.STORAGES
    return str(storages["default"]["BACKEND"]).endswith(".S3Storage")


def signed_download(key: str, *, name: str, content_type: str, as_attachment: bool) -> str:
    """Return an address of a file, which answers with this name and type."""
    asked = {
        "ResponseContentType": content_type,
        "ResponseContentDisposition": content_disposition_header(as_attachment, name),
    }
    return _signed("get_object", key, asked)


def download(key: str, target: Path) -> None:
    """Copy a file to the local disk. Raises FileNotFoundError."""
    if not default_storage.exists(key):
        raise FileNotFoundError(key)
    _client().download_file(_name(), key, str(target))


def begin_upload(key: str) -> str:
    """Return the id of a new upload in parts."""
    id_: str = _client().create_multipart_upload(Bucket=_name(), Key=key, ChecksumAlgorithm="SHA256")["UploadId"]
    return id_


def signed_part(key: str, upload: str, number: int, sha256: str) -> Signed:
    """Return where to send a part, with its digest in base64: another content is refused. Without one, any is taken."""
    digest = {"ChecksumSHA256": sha256} if sha256 else {}
    url = _signed("upload_part", key, {"UploadId": upload, "PartNumber": number, **digest})
    return Signed(url, {"x-amz-checksum-sha256": sha256} if sha256 else {})


def send_part(key: str, upload: str, number: int, content: bytes) -> None:
    _client().upload_part(
        Bucket=_name(), Key=key, UploadId=upload, PartNumber=number, Body=content, ChecksumAlgorithm="SHA256"
    )


def parts(key: str, upload: str) -> list[Part]:
    """Return the parts that have arrived without a gap, from the first on. Raises FileNotFoundError: it has ended."""
    pages = _client().get_paginator("list_parts").paginate(Bucket=_name(), Key=key, UploadId=upload)
    try:
        found = [_part(part) for page in pages for part in page.get("Parts", ())]
    except _client().exceptions.NoSuchUpload:
        raise FileNotFoundError(upload) from None
    return [part for place, part in enumerate(found, 1) if part.number == place]


def _part(listed: dict[str, Any]) -> Part:
    receipt: dict[str, str] = {name: listed[name] for name in ("ETag", "ChecksumSHA256") if name in listed}
    return Part(listed["PartNumber"], listed["Size"], receipt)


def finish_upload(key: str, upload: str) -> None:
    """Make a file of its parts."""
    receipts = [{"PartNumber": part.number, **part.receipt} for part in parts(key, upload)]
    _client().complete_multipart_upload(Bucket=_name(), Key=key, UploadId=upload, MultipartUpload={"Parts": receipts})


def unfinished_uploads(prefix: str) -> Iterator[tuple[str, str, datetime]]:
    """Yield the key, the id and the beginning of each upload that isn't finished."""
    pages = _client().get_paginator("list_multipart_uploads").paginate(Bucket=_name(), Prefix=prefix)
    for page in pages:
        for upload in page.get("Uploads", ()):
            yield upload["Key"], upload["UploadId"], upload["Initiated"]


def allow_browsers(origins: list[str]) -> None:
    """Let pages of these origins send parts to the bucket and read files from it."""
    rule = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": origins, "AllowedHeaders": ["*"], "MaxAgeSeconds": 3600}
    _client().put_bucket_cors(Bucket=_name(), CORSConfiguration={"CORSRules": [rule]})


def abort_upload(key: str, upload: str) -> None:
    _client().abort_multipart_upload(Bucket=_name(), Key=key, UploadId=upload)


def _signed(method: str, key: str, asked: dict[str, Any]) -> str:
    signer = _public_client() if settings.S3_PUBLIC_URL else _client()
    params = {"Bucket": _name(), "Key": key, **asked}
    url: str = signer.generate_presigned_url(method, Params=params, ExpiresIn=VALID_FOR)
    return url


def _client() -> Any:
    return default_storage.connection.meta.client  # type: ignore[attr-defined]


def _name() -> str:
    name: str = default_storage.bucket_name  # type: ignore[attr-defined]
    return name


@cache
def _public_client() -> Any:
    """The bucket by the name that browsers know it by: it signs, and is never asked."""
    import boto3  # 40 MB, for those who use a bucket

    storage: Any = default_storage
    return boto3.client(
        "s3",
        endpoint_url=settings.S3_PUBLIC_URL,
        region_name=storage.region_name,
        aws_access_key_id=storage.access_key,
        aws_secret_access_key=storage.secret_key,
        config=storage.client_config,
    )
