"""What the tests of surveys share: an upload of answers, the files that are kept, and what a browser sends."""

from pathlib import Path
from uuid import uuid4

from django import forms
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from evidence.models import Survey

SAMPLES = Path(__file__).parents[1] / "data" / "surveys"
WHY = "Why did you not go?"


def as_sent(form: forms.Form) -> dict[str, str]:
    """Field -> value as typed, of what the page shows."""
    return {field.html_name: "" if field.value() is None else str(field.value()) for field in form}


def upload(client: Client, survey: Survey, content: bytes | str, name: str = "answers.csv"):
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    url = f"{reverse('survey_answers_add', args=[survey.pk])}?form={uuid4()}"
    return client.post(url, {"file": file, "client_id": str(uuid4())})


def sample(client: Client, survey: Survey, name: str = "google-forms.csv"):
    return upload(client, survey, (SAMPLES / name).read_bytes(), name)


def kept_files() -> list[str]:
    return default_storage.listdir("surveys")[1] if default_storage.exists("surveys") else []
