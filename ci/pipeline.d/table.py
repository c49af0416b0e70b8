"""Writes the table of jobs into pages, between its two marks.

    table.py PAGE...
"""

import re
import subprocess
import sys
from pathlib import Path

table = subprocess.check_output(["ci/list", "--markdown"], text=True)
for page in map(Path, sys.argv[1:]):
    text = page.read_text()
    new, count = re.subn(r"(<!-- jobs -->\n).*?(<!-- /jobs -->)", lambda it: it[1] + table + it[2], text, flags=re.DOTALL)
    if count != 1:
        sys.exit(f"{page} has no place for the table")
    page.write_text(new)
