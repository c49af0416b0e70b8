"""Writes GitLab's secret detection report from gitleaks' findings, and prints them, without the secrets.

    python3 report.py VERSION TREE.json HISTORY.json REPORT.json
"""

import hashlib
import json
import sys
from datetime import datetime, timezone

version, *findings, report = sys.argv[1:]
now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
scanner = {"id": "gitleaks", "name": "gitleaks", "version": version, "vendor": {"name": "gitleaks"}}
vulnerabilities = {}
for path in findings:
    with open(path, encoding="utf-8") as file:
        for it in json.load(file):
            place = f"{it['File']}:{it['StartLine']}"
            # The tree has no commit of its own; GitLab wants one, and a line of zeros is its word for that.
            commit = it["Commit"] or "0000000"
            key = hashlib.sha256(f"{it['RuleID']}:{place}:{commit}".encode()).hexdigest()
            print(f"{place}: {it['RuleID']} ({'in ' + commit[:9] if it['Commit'] else 'in the tree'}): {it['Description']}")
            vulnerabilities[key] = {
                "id": key,
                "category": "secret_detection",
                "name": it["RuleID"],
                "description": it["Description"],
                "severity": "Critical",
                "location": {
                    "file": it["File"],
                    "commit": {"sha": commit},
                    "start_line": it["StartLine"],
                    "end_line": it["EndLine"],
                },
                "identifiers": [
                    {"type": "gitleaks_rule_id", "name": f"Gitleaks rule {it['RuleID']}", "value": it["RuleID"]}
                ],
            }

with open(report, "w", encoding="utf-8") as file:
    json.dump(
        {
            "version": "15.0.7",
            "scan": {
                "analyzer": scanner,
                "scanner": scanner,
                "type": "secret_detection",
                "start_time": now,
                "end_time": now,
                "status": "success",
            },
            "vulnerabilities": list(vulnerabilities.values()),
        },
        file,
        indent=2,
    )
