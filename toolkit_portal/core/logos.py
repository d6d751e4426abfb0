"""A logo as documents hold it: inside, so that nothing is fetched when they are made or read."""

import base64
import logging

from django.db.models.fields.files import FieldFile

log = logging.getLogger(__name__)


def logo_address(logo: FieldFile) -> str:
    """The image as a data address; empty where there is none that can be read, or it is neither PNG nor JPEG."""
    if not logo:
        return ""
    try:
        with logo.storage.open(str(logo.name)) as file:
            content: bytes = file.read()
    except OSError:
        log.warning("A logo can't be read")
        return ""
    if content.startswith(b"\x89PNG"):
        kind = "png"
    elif content.startswith(b"\xff\xd8"):
        kind = "jpeg"
    else:
        return ""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
