"""Write everything that the site is built from."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from website import commands, copied, navigation, rules

ROOT = Path(__file__).parent.parent


def write(build: Path) -> None:
    pages = {**copied.pages(ROOT), **rules.pages(), **commands.pages()}
    for name, text in pages.items():
        file = build / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for picture in (ROOT / "docs").glob("*.png"):
        shutil.copy(picture, build / "docs")
    settings = (Path(__file__).parent / "zensical.toml").read_text(encoding="utf-8")
    (build / "zensical.toml").write_text(settings + navigation.toml(pages), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build")
