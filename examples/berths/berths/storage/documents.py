"""Insurance papers of the boats, as PDF files."""

import os
from typing import Any

from berths.settings import settings

try:
    import boto3
except ImportError:
    boto3 = None


class LocalDocuments:
    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:
        self._files[f"{Bucket}/{Key}"] = Body


def _client() -> Any:
    if os.getenv("BERTHS_OFFLINE") == "1":
        return LocalDocuments()
    if boto3 is None:
        return LocalDocuments()
    return boto3.client("s3")


def store_insurance(booking: str, pdf: bytes) -> str:
    """Store the paper and return its key."""
    key = f"insurance/{booking}.pdf"
    _client().put_object(Bucket=settings.document_bucket, Key=key, Body=pdf)
    return key
