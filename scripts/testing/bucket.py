"""A server that speaks S3, with buckets for tests."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from moto.server import ThreadedMotoServer

KEY, SECRET = "key", "secret"  # it takes any


@contextmanager
def s3_server() -> Iterator[str]:
    """Yield the URL of a server on this machine, which keeps all in memory and answers pages of any origin."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line per request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    finally:
        server.stop()


def make_bucket(server: str) -> str:
    """Make an empty bucket, and return its name."""
    name = f"files-{secrets.token_hex(4)}"
    s3 = boto3.client("s3", endpoint_url=server, aws_access_key_id=KEY, aws_secret_access_key=SECRET)
    s3.create_bucket(Bucket=name)
    return name
