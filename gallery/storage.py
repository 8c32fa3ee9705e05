"""Pictures in S3: what a CDN may keep, links that run out, copies made by the service itself."""

from __future__ import annotations

from typing import Any

from storages.backends.s3 import S3Storage

PUBLIC_FOLDER = "renditions/"
"""All that a CDN has to read."""

PUBLIC_CACHE = "public, max-age=31536000, s-maxage=60, immutable"
"""A browser keeps the file; a cache that serves others asks each minute whether it is there yet."""

SIGNED_SECONDS = 60
"""How long a link works: enough to begin, and as long as a revoked picture may still be seen."""


class PictureStorage(S3Storage):  # type: ignore[misc]
    def get_object_parameters(self, name: str) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_object_parameters(name)
        if name.startswith(PUBLIC_FOLDER):
            parameters["CacheControl"] = PUBLIC_CACHE
        return parameters

    def signed_url(self, name: str, *, content_type: str, disposition: str) -> str:
        """An address at the service that anyone can open for ``SIGNED_SECONDS``."""
        parameters = {
            "ResponseContentType": content_type,
            "ResponseContentDisposition": disposition,
            "ResponseCacheControl": f"private, max-age={SIGNED_SECONDS}",
        }
        return str(self.url(name, parameters=parameters, expire=SIGNED_SECONDS))

    def copy(self, source: str, target: str) -> None:
        """Copy within the bucket, with type and caching; the bytes do not pass through here.

        Raises FileNotFoundError.
        """
        client = self.connection.meta.client
        try:
            client.copy_object(
                Bucket=self.bucket_name,
                Key=self._normalize_name(target),
                CopySource={"Bucket": self.bucket_name, "Key": self._normalize_name(source)},
            )
        except client.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(source) from error
            raise
