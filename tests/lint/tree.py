# SPDX-License-Identifier: MIT
"""The project's own files, found without the help of a version control system."""

import os
from pathlib import Path

SKIPPED_FOLDERS = {".git", ".cache", "node_modules", "__pycache__", "subprojects"}


def is_foreign(parent, name):
    """Build folders at the top, and whatever other tools leave behind, are not ours."""
    return name in SKIPPED_FOLDERS or (name.startswith("build") and (parent / "meson.build").exists())


def project_files(root):
    """All files of the project as sorted paths below root."""
    found = []
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = [name for name in folders if not is_foreign(here, name)]
        found += [here / name for name in names]
    return sorted(found)
