"""Writes how long the jobs of a run took, as a table of out/times, which table.py takes into the pages.

    times.py RUN SECONDS    RUN names the run, SECONDS is all of it; the standard input has a line a job, `13 s  NAME`
"""

import datetime
import os
import re
import subprocess
import sys
from pathlib import Path

run, seconds = sys.argv[1:]
revision = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], text=True).strip()
jobs = [re.fullmatch(r" *([\d.]+) s  (.+)", line.rstrip("\n")).groups() for line in sys.stdin]
jobs.sort(key=lambda job: -float(job[0]))
rows = [f"| {name} | {float(took):.0f} |" for took, name in jobs]
about = f"{run}, {datetime.date.today()}, {revision}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"
out = Path("out/times")
out.mkdir(parents=True, exist_ok=True)
table = "\n".join(["| job | seconds |", "|---|---|", *rows, f"| **all: {about}** | **{int(seconds)}** |", ""])
(out / f"{run}.md").write_text(table)
