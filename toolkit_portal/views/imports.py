"""Importing a spreadsheet in the browser: upload, columns, a dry run with every row's fate, confirmation."""

import uuid
from collections.abc import Iterable

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from groups.access import AuthenticatedRequest, officers_only
from groups.models import LIO, ImportUpload, User
from toolkit_portal.core.spreadsheets import TableError, csv_lines, read_table
from toolkit_portal.core.tables import TableLimits
from toolkit_portal.views import import_steps
from toolkit_portal.views.import_steps import KINDS

PER_PAGE = 100
FATES = {"add": "good", "fill in": "accent", "update": "accent", "nothing": "quiet", "error": "late"}


class UploadForm(forms.Form):
    """The file, and the LIO its rows belong to."""

    file = forms.FileField(
        label="Spreadsheet",
        help_text="CSV, Excel (.xlsx) or OpenDocument (.ods), up to 10 MB. The first row holds the headings.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.ods"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty. Choose another one."},
    )
    lio = forms.ModelChoiceField(LIO.objects.none(), label="LIO of rows that name none")
    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        own = LIO.objects.filter(pk__in=user.roles.officer_lio_ids, closed_on__isnull=True)
        field = self.fields["lio"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = own
        if len(user.roles.officer_lio_ids) == 1:
            field.initial = next(iter(user.roles.officer_lio_ids))
            field.disabled = True
            field.widget = forms.HiddenInput()

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > TableLimits().file_bytes:
            raise forms.ValidationError("The file is larger than 10 MB. Split it into smaller ones.")
        return file


class ColumnsForm(forms.Form):
    """Which heading of the file is which column; a column may be left out."""

    def __init__(
        self, *args, columns: Iterable[str], headers: Iterable[str], chosen: dict[str, str], **kwargs
    ):
        super().__init__(*args, **kwargs)
        choices = [("", "Not in the file")] + [(header, header) for header in headers]
        for number, column in enumerate(columns):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=column.replace("_", " "),
                choices=choices,
                required=False,
                initial=chosen.get(column, ""),
            )
        self.columns = list(columns)

    def clean(self) -> dict:
        data = super().clean() or {}
        seen: dict[str, str] = {}
        for number, column in enumerate(self.columns):
            header = data.get(f"column_{number}")
            if header and header in seen:
                self.add_error(
                    f"column_{number}", f"{header!r} is {seen[header]!r} already. Choose another one."
                )
            elif header:
                seen[header] = column
        return data

    @property
    def mapping(self) -> dict[str, str]:
        """Known column -> heading, for those that are in the file."""
        return {
            column: self.cleaned_data[f"column_{number}"]
            for number, column in enumerate(self.columns)
            if self.cleaned_data.get(f"column_{number}")
        }


@officers_only
def import_start(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    """Takes the file and reads its headings; nothing else happens yet."""
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            table = read_table(file, filename=file.name)
            matched = KINDS[kind].match(table).matched
        except TableError as fault:
            form.add_error("file", str(fault))
        else:
            file.seek(0)
            upload = import_steps.keep_upload(
                kind=kind,
                by=request.user,
                lio=form.cleaned_data["lio"],
                content=file.read(),
                filename=file.name,
                columns=matched,
                client_id=form.cleaned_data["client_id"],
            )
            return redirect("import_columns", pk=upload.pk)
    return render(
        request,
        "imports/start.html",
        {
            "form": form,
            "kind": kind,
            "words": KINDS[kind],
            "columns": list(KINDS[kind].columns()),
            "others": [
                {"url": reverse(KINDS[value].start), "text": label}
                for value, label in ImportUpload.Kind.choices
            ],
        },
        status=422 if form.is_bound and form.errors else 200,
    )


def _own_upload(request: AuthenticatedRequest, pk: int) -> ImportUpload:
    """One's own upload; anybody else's is a 404. Rights over its LIO are judged again at each step."""
    return get_object_or_404(
        ImportUpload.objects.select_related("lio", "owner").filter(
            owner=request.user, lio__in=request.user.roles.officer_lio_ids
        ),
        pk=pk,
    )


@officers_only
def import_columns(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Shows which heading was taken for which column, and lets the person put that right."""
    upload = _own_upload(request, pk)
    if upload.done_at:
        return redirect("import_check", pk=pk)
    kind = KINDS[upload.kind]
    try:
        table = import_steps.table_of(upload)
    except (TableError, OSError):
        messages.error(request, "The file is gone. Choose it once more.")
        return redirect(KINDS[upload.kind].start)
    form = ColumnsForm(
        request.POST or None, columns=kind.columns(), headers=table.headers, chosen=upload.columns
    )
    if request.method == "POST" and form.is_valid():
        upload.columns = form.mapping
        upload.save(update_fields=["columns"])
        return redirect("import_check", pk=pk)
    used = set(upload.columns.values())
    return render(
        request,
        "imports/columns.html",
        {
            "upload": upload,
            "words": kind,
            "form": form,
            "unmatched": [header for header in table.headers if header not in used],
            "notes": table.notes,
            "rows": len(table.rows),
        },
        status=422 if form.is_bound and form.errors else 200,
    )


@officers_only
def import_check(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The dry run: every row's fate, every fault by row and column; the confirmation writes all rows or none."""
    upload = _own_upload(request, pk)
    kind = KINDS[upload.kind]
    if upload.done_at:
        if request.method == "POST":  # sent twice: it was imported the first time
            return redirect("import_check", pk=pk)
        return render(
            request, "imports/done.html", {"upload": upload, "words": kind, "counts": upload.result}
        )
    if request.method == "POST":
        done, errors = import_steps.confirm(upload, by=request.user)
        if not errors:
            messages.success(request, f"Imported {done.filename}.")
            return redirect("import_check", pk=pk)
    try:
        judged = kind.judge(import_steps.table_of(upload), upload)
    except (TableError, OSError):
        messages.error(request, "The file is gone. Choose it once more.")
        return redirect(KINDS[upload.kind].start)
    if (
        request.method == "POST" and not judged.errors
    ):  # what is recorded was changed while it was being confirmed
        messages.warning(request, str(errors[0]))
    page = Paginator(judged.fates, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "imports/check.html",
        {
            "upload": upload,
            "words": kind,
            "counts": judged.counts,
            "errors": judged.errors[:PER_PAGE],
            "error_count": len(judged.errors),
            "unmatched": judged.unmatched,
            "page_obj": page,
            "fates": [(fate, FATES[fate.fate]) for fate in page.object_list],
            "nothing_new": not judged.to_write,
        },
        status=422 if request.method == "POST" else 200,
    )


@officers_only
def import_discard(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes an upload and its file; nothing has been imported from it."""
    upload = _own_upload(request, pk)
    if request.method == "POST":
        import_steps.discard(upload)
        messages.success(request, "The file is gone. Nothing was imported from it.")
        return redirect(KINDS[upload.kind].home)
    return render(request, "imports/discard.html", {"upload": upload, "words": KINDS[upload.kind]})


@require_GET
@officers_only
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty CSV with the right headings."""
    response = HttpResponse(
        "".join(csv_lines(list(KINDS[kind].columns()), [])), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{kind}-template.csv"'
    return response
