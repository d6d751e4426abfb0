"""Reads settings from environment variables and refuses bad values with the variable's name."""

import os
import re
import secrets
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """The variable's value without surrounding spaces."""
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    """True or False from 1/0, yes/no, true/false, on/off.

    Raises ImproperlyConfigured for anything else.
    """
    value = text(name, "1" if default else "0").casefold()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int, *, least: int, most: int) -> int:
    """A whole number from least to most.

    Raises ImproperlyConfigured outside that range or for text.
    """
    value = text(name, str(default))
    try:
        result = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if not least <= result <= most:
        raise ImproperlyConfigured(f"{name} must be from {least} to {most}, not {result}.")
    return result


def listing(name: str, default: str = "") -> list[str]:
    """The comma-separated values, without empty ones."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def web_address(name: str, default: str) -> str:
    """An http or https origin without a path, such as https://portal.example.org.

    Raises ImproperlyConfigured if it has another scheme, no host, no real port, a path or a password.
    """
    value = (text(name) or default).rstrip("/")
    fault = ImproperlyConfigured(
        f"{name} must look like https://portal.example.org (no path, no password)"
        + (f", not {value!r}." if "@" not in value else ".")  # what stands before @ may be a password
    )
    try:
        parts = urlsplit(value)
        bare = parts._replace(scheme="", netloc="").geturl() == "" and "@" not in parts.netloc
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, half an IPv6 address
        raise fault from None
    if not sound or not bare or any(sign.isspace() for sign in value):
        raise fault
    return value


def bucket() -> dict[str, Any] | None:
    """The storage of private files in a bucket, as STORAGES takes it; None where FILES_BUCKET isn't set.

    Keys may be left out where the machine has a role of its own. Raises ImproperlyConfigured for a name that no bucket
    has, an endpoint that isn't https, half a pair of keys, settings without a bucket, or a missing package.
    """
    name = text("FILES_BUCKET")
    others = ("FILES_REGION", "FILES_ENDPOINT", "FILES_ACCESS_KEY", "FILES_SECRET_KEY", "FILES_FOLDER")
    if not name:
        if given := [other for other in others if text(other)]:
            raise ImproperlyConfigured(f"{given[0]} is set and FILES_BUCKET isn't. Set both, or neither.")
        return None
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name):
        raise ImproperlyConfigured(
            "FILES_BUCKET must be a bucket's name: small letters, digits, dots and hyphens."
        )
    endpoint = web_address("FILES_ENDPOINT", "https://none.example") if text("FILES_ENDPOINT") else None
    if endpoint and not endpoint.startswith("https://"):
        raise ImproperlyConfigured("FILES_ENDPOINT must begin with https://: the files are private.")
    if bool(text("FILES_ACCESS_KEY")) != bool(text("FILES_SECRET_KEY")):
        raise ImproperlyConfigured(
            "FILES_ACCESS_KEY and FILES_SECRET_KEY belong together. Set both, or neither."
        )
    folder = text("FILES_FOLDER").strip("/")
    if ".." in folder.split("/"):
        raise ImproperlyConfigured("FILES_FOLDER must be a folder inside the bucket.")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ImproperlyConfigured("FILES_BUCKET needs the packages of the extra s3: pip install '.[s3]'")
    options: dict[str, Any] = {
        "bucket_name": name,
        "region_name": text("FILES_REGION") or None,
        "endpoint_url": endpoint,
        "access_key": text("FILES_ACCESS_KEY") or None,
        "secret_key": text("FILES_SECRET_KEY") or None,
        "location": folder,
        "default_acl": "private",
        "file_overwrite": False,
        "querystring_auth": True,
    }
    return {"BACKEND": "toolkit_portal.core.bucket_files.PrivateBucket", "OPTIONS": options}


def secret_key(var_dir: Path, *, made_up: bool) -> str:
    """SECRET_KEY, or a random one kept in the portal's own folder on a single machine.

    In the demo and in tests it is made up. Raises ImproperlyConfigured if the key is shorter than 50 characters,
    which Django itself calls too weak, or if var_dir can't be written.
    """
    given = text("SECRET_KEY")
    if given:
        if len(given) < 50:
            raise ImproperlyConfigured(
                "SECRET_KEY must have at least 50 characters. "
                'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
            )
        return given
    if made_up:
        return "made-up-key-of-the-demo-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2
    keep = var_dir / "secret-key"
    try:
        key = _kept_key(keep)
    except OSError as fault:
        raise ImproperlyConfigured(
            f"VAR_DIR can't be used to keep the secret key in {keep}: {fault.strerror}. "
            "Choose a folder that the portal may write, or set SECRET_KEY."
        ) from None
    if len(key) < 50:
        raise ImproperlyConfigured(
            f"The secret key in {keep} is too short. Delete the file to get a new one (everybody signs in again), "
            "or set SECRET_KEY."
        )
    return key


def _kept_key(keep: Path) -> str:
    """The key in the file, made first where there is none. Of several processes at once all get the same."""
    with suppress(FileNotFoundError):
        return keep.read_text(encoding="utf-8").strip()
    keep.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=keep.parent, prefix="secret-key-")  # mode 600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(60))
        # The name appears together with the whole key: nobody reads half of one, and the first one stays.
        with suppress(FileExistsError):
            os.link(draft, keep)
    finally:
        os.unlink(draft)
    return keep.read_text(encoding="utf-8").strip()
