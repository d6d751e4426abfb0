"""Imports go one way: toolkit_portal, readiness, evidence, groups, toolkit_portal.core."""

import subprocess
import sys
from pathlib import Path

import grimp
from django.apps import apps
from django.conf import settings

APPS = ("readiness", "evidence", "groups")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs import-linter in a folder with this project's contracts."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.path.insert(0, '.'); "
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
            "--config",
            str(settings.BASE_DIR / "pyproject.toml"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def a_house_where(folder: Path, module: str, says: str) -> Path:
    """A house of the same packages, sound but for one module."""
    sound = {
        "toolkit_portal/__init__.py": "",
        "toolkit_portal/views/__init__.py": "import readiness.plans\nimport toolkit_portal.core.pdf\n",
        "toolkit_portal/core/__init__.py": "",
        "toolkit_portal/core/pdf.py": "",
        "readiness/__init__.py": "",
        "readiness/plans.py": "import evidence.needs\nimport groups.visits\nimport toolkit_portal.core.pdf\n",
        "evidence/__init__.py": "",
        "evidence/needs.py": "import groups.visits\n",
        "groups/__init__.py": "",
        "groups/visits.py": "import toolkit_portal.core\n",
    }
    for path, text in (sound | {module: says}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def test_the_imports_of_this_project_go_one_way():
    done = lint_imports(settings.BASE_DIR)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_sound_house_passes(tmp_path):
    done = lint_imports(a_house_where(tmp_path, "evidence/empty.py", ""))
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_upward_import_between_apps_is_caught(tmp_path):
    done = lint_imports(a_house_where(tmp_path, "groups/visits.py", "from evidence import needs\n"))
    assert done.returncode == 1
    assert "groups.visits -> evidence.needs" in done.stdout


def test_an_upward_import_inside_a_function_is_caught(tmp_path):
    late = "def plan():\n    import readiness.plans\n    return readiness.plans\n"
    done = lint_imports(a_house_where(tmp_path, "evidence/needs.py", late))
    assert done.returncode == 1
    assert "evidence.needs -> readiness.plans" in done.stdout


def test_an_app_that_imports_a_page_of_the_project_is_caught(tmp_path):
    done = lint_imports(a_house_where(tmp_path, "readiness/plans.py", "import toolkit_portal.views\n"))
    assert done.returncode == 1
    assert "readiness.plans -> toolkit_portal.views" in done.stdout


def test_a_ground_floor_that_imports_an_app_is_caught(tmp_path):
    done = lint_imports(a_house_where(tmp_path, "toolkit_portal/core/pdf.py", "import groups.visits\n"))
    assert done.returncode == 1
    assert "toolkit_portal.core.pdf -> groups.visits" in done.stdout


def test_the_ground_floor_imports_nothing_of_the_project_but_itself():
    graph = grimp.build_graph("toolkit_portal", *APPS, cache_dir=None)
    core = {"toolkit_portal.core", *graph.find_descendants("toolkit_portal.core")}
    found = {name for module in core for name in graph.find_modules_directly_imported_by(module)}
    assert len(core) > 1
    assert found <= core, f"toolkit_portal.core imports {sorted(found - core)}"


def test_the_ground_floor_has_no_models():
    assert not [model for model in apps.get_models() if model.__module__.startswith("toolkit_portal")]
