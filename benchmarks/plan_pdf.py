"""A plan's PDF: our warm render against a plain WeasyPrint render of the very same HTML."""

from __future__ import annotations

import io

from pypdf import PdfReader
from weasyprint import HTML

from benchmarks.figures import Figure, interleaved
from benchmarks.plan_sample import sample_plan
from readiness.plan_document import TEMPLATE, plan_html, render_plan
from toolkit_portal.core.pdf import STATIC_FOLDER, stylesheet_names


def run(smoke: bool) -> list[Figure]:
    """Return the ratio to the plain render and the CPU seconds a page, for 15 actions."""
    plan = sample_plan(15)
    links = "".join(
        f'<link rel="stylesheet" href="{name}">' for name in stylesheet_names(TEMPLATE, large_print=False)
    )
    html = plan_html(plan).replace("</head>", f"{links}</head>")
    base = f"{STATIC_FOLDER.as_uri()}/"

    def naive() -> bytes:
        return bytes(HTML(string=html, base_url=base).write_pdf(pdf_variant="pdf/ua-1"))

    ours, reference = interleaved(2 if smoke else 9, lambda: render_plan(plan), naive)
    pages = len(PdfReader(io.BytesIO(render_plan(plan))).pages)
    return [
        Figure(
            name="plan PDF, warm, against plain WeasyPrint",
            value=ours,
            reference=reference,
            target=0.72,
        ),
        Figure(
            name="plan PDF, warm, for each page",
            value=ours / pages,
            reference=0.25,
            target=1.0,
        ),
    ]
