"""Compares the package register with what is used; `ci/packages` says how it is called.

    register.py BASE FOLDER    checks, and writes GitLab's dependency report to FOLDER; with UPDATE=1 the table too
    register.py --prove        plants faults in a copy of the register, and fails unless each is found
"""

import copy
import datetime
import hashlib
import json
import os
import re
import sys
import tomllib
from pathlib import Path

import used

PAGE = Path("docs/reference/packages.md")
LONGEST = datetime.timedelta(days=400)
MANAGERS = {"cargo": "cargo", "npm": "npm", "pypi": "pip", "go": "go"}
TIERS = ["permissive", "weak", "strong", "refused"]


def tier(licence, tiers):
    """The tier of an SPDX expression: the better of two where one may choose, else the worse."""
    tokens = re.findall(r"[()]|[^\s()]+", licence.replace("/", " OR "))

    def alternatives():
        best = conjunction()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            best = min(best, conjunction())
        return best

    def conjunction():
        worst = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            worst = max(worst, one())
        return worst

    def one():
        token = tokens.pop(0)
        if token == "(":
            inner = alternatives()
            tokens.pop(0)
            return inner
        if tokens and tokens[0] == "WITH":
            del tokens[:2]  # An exception only ever allows more.
        return next((place for place, name in enumerate(TIERS[:3]) if token in tiers[name]), 3)

    return TIERS[alternatives()] if tokens else "refused"


def faults(register, packages, today):
    """What is wrong, as (package or None, what)."""
    tiers, unused = register["licences"], {(kind, name) for kind in MANAGERS for name in register.get(kind, {})}
    for package in packages:
        entry = register.get(package.kind, {}).get(package.name)
        if not entry:
            yield package, f"is new: nobody approved it (asked for in {package.file})"
            continue
        unused.discard((package.kind, package.name))
        if entry["series"] != package.series:
            yield package, f"is {package.version}; approved is series {entry['series']}"
        if entry["owner"] not in register["owners"]:
            yield package, f"has an owner nobody knows, {entry['owner']}"
        if len(entry["reason"]) < 10:
            yield package, "has no reason"
        if entry["reviewed"] > today:
            yield package, f"was reviewed in the future, {entry['reviewed']}"
        if entry["expires"] - entry["reviewed"] > LONGEST:
            yield package, f"is approved for more than {LONGEST.days} days"
        if entry["expires"] < today:
            yield package, f"is due for a review since {entry['expires']}"
        if package.licence and package.licence.replace("/", " OR ") != entry["licence"]:
            yield package, f"has licence {package.licence}; approved is {entry['licence']}"
        found = tier(entry["licence"], tiers)
        if found == "refused":
            yield package, f"has a licence that is in no tier, {entry['licence']}"
        elif package.shipped and found != "permissive":
            yield package, f"is shipped, and its licence {entry['licence']} is {found}"
    for kind, name in sorted(unused):
        yield None, f"{kind} {name}: is in the register, and nothing asks for it any more"


def table(register, packages):
    lines = ["| package | used for | answered for by | licence | review by |", "|---|---|---|---|---|"]
    for kind, name in dict.fromkeys((it.kind, it.name) for it in packages):
        entry = register.get(kind, {}).get(name)
        if entry:
            series = f"`{name}` {entry['series']} ({kind})"
            lines.append(f"| {series} | {entry['reason']} | {entry['owner']} | {entry['licence']} | {entry['expires']} |")
    return "\n".join(lines) + "\n"


def page(register, packages):
    shipped = len({it.name for it in packages if it.shipped})
    tools = len({(it.kind, it.name) for it in packages}) - shipped
    return (
        "# Packages\n\n"
        "What the project asks for by name, from `packages.toml`; `ci/packages` checks that it is all and that it is still true.\n"
        f"{shipped} packages are in what users get, {tools} only run in tests and pipelines.\n"
        "`UPDATE=1 ci/packages` writes this page.\n\n" + table(register, packages)
    )


def report(packages, wrong):
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    scanner = {"id": "register", "name": "Package register", "version": "1", "vendor": {"name": "Comptoir"}}
    files = {}
    for it in packages:
        files.setdefault((it.file, MANAGERS[it.kind]), []).append({"package": {"name": it.name}, "version": it.version})
    return {
        "version": "15.0.7",
        "scan": {"analyzer": scanner, "scanner": scanner, "type": "dependency_scanning", "start_time": now, "end_time": now, "status": "success"},
        "dependency_files": [{"path": path, "package_manager": it, "dependencies": found} for (path, it), found in files.items()],
        "vulnerabilities": [
            {
                "id": hashlib.sha256(f"{it.kind} {it.name} {what}".encode()).hexdigest(),
                "category": "dependency_scanning",
                "name": f"{it.name} {what}",
                "description": f"{it.name} {what}",
                "severity": "High",
                "location": {"file": it.file, "dependency": {"package": {"name": it.name}, "version": it.version}},
                "identifiers": [{"type": "package_register", "name": f"register: {it.name}", "value": it.name}],
            }
            for it, what in wrong
            if it
        ],
    }


def prove(register, packages, today):
    crate = next(it for it in packages if it.shipped)

    def planted(change):
        changed = copy.deepcopy(register)
        change(changed, changed[crate.kind][crate.name])
        return [what for _, what in faults(changed, packages, today)]

    plants = {
        "is new": lambda all, it: all[crate.kind].pop(crate.name),
        "approved is series": lambda all, it: it.update(series="999"),
        "owner nobody knows": lambda all, it: it.update(owner="somebody"),
        "has no reason": lambda all, it: it.update(reason="it works"),
        "in the future": lambda all, it: it.update(reviewed=today + datetime.timedelta(days=1)),
        "more than 400 days": lambda all, it: it.update(expires=today + datetime.timedelta(days=500)),
        "due for a review": lambda all, it: it.update(expires=today - datetime.timedelta(days=1)),
        "has licence": lambda all, it: it.update(licence="ISC"),
        "is strong": lambda all, it: it.update(licence="MIT AND GPL-3.0-only"),
        "in no tier": lambda all, it: it.update(licence="BUSL-1.1"),
        "nothing asks for it": lambda all, it: all["cargo"].update({"left-pad": it}),
    }
    missed = [says for says, change in plants.items() if not any(says in it for it in planted(change))]
    for says in plants:
        print(f"ci/packages: missed: {says}" if says in missed else f"found, as it should be: {says}")
    return not missed


def main(arguments):
    register = tomllib.loads(Path("packages.toml").read_text())
    packages = used.packages()
    today = datetime.date.today()
    if arguments == ["--prove"]:
        return prove(register, packages, today)
    base, folder = arguments
    wrong = list(faults(register, packages, today))
    for name, version, licence in used.added_crates(base):
        found = tier(licence, register["licences"])
        print(f"brought along by this change: {name} {version}, {licence or 'no licence'} ({found})")
        if found in ("strong", "refused"):
            wrong.append((None, f"cargo {name}: comes with this change, and its licence {licence} is {found}"))
    for package, what in wrong:
        print(f"packages.toml: {package.kind} {package.name} {what}" if package else f"packages.toml: {what}")
    Path(folder, "gl-dependency-scanning-report.json").write_text(json.dumps(report(packages, wrong), indent=2))
    written = page(register, packages)
    if os.environ.get("UPDATE"):
        PAGE.write_text(written)
    elif not PAGE.exists() or PAGE.read_text() != written:
        print(f"{PAGE} is out of date; write it anew: UPDATE=1 ci/packages")
        return False
    due = min(it["expires"] for kind in MANAGERS for it in register.get(kind, {}).values())
    print(f"{len({(it.kind, it.name) for it in packages})} packages, {len(wrong)} faults; the next review is due on {due}")
    return not wrong


sys.exit(0 if main(sys.argv[1:]) else 1)
