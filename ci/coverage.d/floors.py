"""Compares the line coverage of each package with its floor (floors.toml), which may be raised and never lowered.

    floors.py SUMMARY.json BASE ALL      ALL is yes if every package was tested; else the floors of the others wait
    floors.py --prove

With UPDATE=1 each floor is raised to what was measured, less half a percent for what differs from run to run.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

FLOORS = Path("ci/coverage.d/floors.toml")
SLACK = 0.5
HEAD = "# Per cent of the lines of each package that a test runs. `UPDATE=1 ci/coverage` raises them; none may fall.\n"


def measured(summary):
    """Per cent of lines by package, from `cargo llvm-cov report --json --summary-only`."""
    lines = {}
    for file in summary["data"][0]["files"]:
        package = re.search(r"/(?:crates|services|apps)/([^/]+)/src/", file["filename"])
        if package:
            counts = lines.setdefault(package[1], [0, 0])
            counts[0] += file["summary"]["lines"]["covered"]
            counts[1] += file["summary"]["lines"]["count"]
    return {package: 100 * covered / count for package, (covered, count) in lines.items() if count}


def faults(found, floors, before, every):
    for package, floor in before.items():
        if floors.get(package, 0) < floor:
            yield f"{package}: its floor was {floor}, and is {floors.get(package, 'gone')}"
    for package, floor in floors.items():
        if package in found and found[package] < floor:
            yield f"{package}: {found[package]:.1f} % of its lines are run by tests; the floor is {floor} %"
        elif every and package not in found:
            yield f"{package}: has a floor, and was not measured"
    if every:
        for package in found.keys() - floors.keys():
            yield f"{package}: has no floor yet; UPDATE=1 ci/coverage writes it"


def prove():
    plants = {
        "the floor is 90": ({"money": 80.0}, {"money": 90}, {}, False),
        "its floor was 90": ({"money": 80.0}, {"money": 70}, {"money": 90}, False),
        "and is gone": ({"money": 80.0}, {}, {"money": 70}, False),
        "was not measured": ({}, {"money": 70}, {}, True),
        "has no floor yet": ({"money": 80.0}, {}, {}, True),
    }
    missed = [says for says, case in plants.items() if not any(says in it for it in faults(*case))]
    if list(faults({"money": 80.0}, {"money": 80}, {"money": 80}, True)):
        missed.append("nothing, where all is well")
    for says in plants:
        print(f"found, as it should be: {says}" if says not in missed else f"ci/coverage: missed: {says}")
    return not missed


if sys.argv[1:] == ["--prove"]:
    sys.exit(0 if prove() else 1)
summary, base, every = sys.argv[1:]
found = measured(json.loads(Path(summary).read_text()))
floors = tomllib.loads(FLOORS.read_text())
committed = subprocess.run(["git", "show", f"{base}:{FLOORS}"], capture_output=True, text=True, check=False)
before = tomllib.loads(committed.stdout) if committed.returncode == 0 else {}
for package, share in sorted(found.items()):
    print(f"{share:6.1f} %  {package:12} floor {floors.get(package, 'none')}")
if os.environ.get("UPDATE"):
    raised = floors | {it: max(floors.get(it, 0), int(10 * (share - SLACK)) / 10) for it, share in found.items()}
    FLOORS.write_text(HEAD + "".join(f"{it} = {raised[it]}\n" for it in sorted(raised)))
    floors = raised
wrong = list(faults(found, floors, before, every == "yes"))
for what in wrong:
    print(what)
sys.exit(1 if wrong else 0)
