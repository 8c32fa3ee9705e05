"""``python -m bench [PART …] [--quick]``: measure, and print one table.

Everything runs on this machine in a temporary folder: its own Redis, databases, web server,
worker and provider stand-in. All of it is gone afterwards.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import databases, processes
from bench.table import Row, as_markdown, taken_over

PARTS = {
    "submitting": ("sqlite", "postgresql"),
    "polling": ("sqlite",),
    "pipeline": ("sqlite",),
    "waiting": ("sqlite", "postgresql"),
    "pages": ("sqlite",),
    "gallery": ("sqlite", "postgresql"),
    "ledger": ("sqlite", "postgresql"),
}
"""Each part with the databases on which it is measured."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and rougher figures")
    options = parser.parse_args()
    rows: list[Row] = []
    for part in options.parts or PARTS:
        for kind in PARTS[part]:
            sys.stderr.write(f"{part} on {kind} …\n")
            rows += _measure(part, kind, quick=options.quick)
    sys.stdout.write(as_markdown(rows) + "\n")
    return 1 if any(row.met is False for row in rows) else 0


def _measure(part: str, kind: str, *, quick: bool) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="easel-bench-") as name:
        folder = Path(name)
        with databases.KINDS[kind](folder) as database, processes.redis_server(folder) as redis:
            if database is None:
                return [Row(f"{part.capitalize()}, {kind}", "–", how="no server answers here")]
            done = subprocess.run(
                [sys.executable, "-m", "bench.part", part, *(["--quick"] if quick else [])],
                env=_environment(folder, database, redis),
                stdout=subprocess.PIPE,
                text=True,
            )
        rows = taken_over(done.stdout)
        if done.returncode:
            for log in sorted(folder.glob("*.log")):
                sys.stderr.write(f"--- {log.name}\n{log.read_text(errors='replace')[-4000:]}\n")
            rows.append(Row(f"{part.capitalize()}, {kind}", "failed", met=False, how="see above"))
        return rows


def _environment(folder: Path, database: str, redis: str) -> dict[str, str]:
    """A production with an OpenAI key, of which nothing reaches beyond this machine."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "PYTHONPATH", "LANG")
        if name in os.environ
    }
    return kept | {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "EASEL_IGNORE_DOTENV": "1",
        "VAR_DIR": str(folder),
        "SECRET_KEY": "of the benchmark only, which nobody else can reach",
        "SITE_URL": f"http://127.0.0.1:{processes.free_port()}",
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "OPENAI_API_KEY": "sk-bench",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{processes.free_port()}/v1",
        "LOG_LEVEL": "WARNING",
    }


if __name__ == "__main__":
    sys.exit(main())
