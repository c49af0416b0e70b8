"""Writes what is generated into pages, between its marks: the table of jobs, and the times of the runs that out/times has.

    table.py PAGE...
"""

import re
import subprocess
import sys
from pathlib import Path


def between(text, mark, what):
    """`text` with `what` between <!-- mark --> and its end, and how many such places it has."""
    return re.subn(rf"(<!-- {re.escape(mark)} -->\n).*?(<!-- /{re.escape(mark.split(':')[0])} -->)",
                   lambda it: it[1] + what + it[2], text, flags=re.DOTALL)


table = subprocess.check_output(["ci/list", "--markdown"], text=True)
for page in map(Path, sys.argv[1:]):
    text, count = between(page.read_text(), "jobs", table)
    if count != 1:
        sys.exit(f"{page} has no place for the table")
    for run in Path("out/times").glob("*.md"):
        text, _ = between(text, f"times: {run.stem}", run.read_text())
    page.write_text(text)
