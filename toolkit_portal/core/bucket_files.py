"""Private files in a bucket of an S3-compatible service, for portals on more than one machine.

Needs the extra s3. The settings name it only where FILES_BUCKET is set.
"""

from storages.backends.s3 import S3Storage


class PrivateBucket(S3Storage):
    """As PrivateStorage: files leave only through views that ask who is asking, never by an address of their own."""

    def url(self, name: str, *args: object, **kwargs: object) -> str:
        """Raises ValueError always: a signed address would work for whoever has it."""
        raise ValueError("Private files have no address; serve them through a view that checks access.")
