"""Where uploaded and made files are kept: a folder that no address leads to."""

from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """Files leave only through views that ask who is asking. The folder is created at the first save."""

    def url(self, name: str | None) -> str:
        """Raises ValueError always: with no address of its own Django would make one up below "/"."""
        raise ValueError("Private files have no address; serve them through a view that checks access.")
