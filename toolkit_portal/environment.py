"""Reads settings from environment variables and refuses bad values with the variable's name."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
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
