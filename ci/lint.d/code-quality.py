"""Reads what cargo says in JSON: prints it for people, and writes it as a Code Quality report.

cargo clippy --message-format=json | python3 ci/lint.d/code-quality.py REPORT
"""

import hashlib
import json
import sys

SEVERITY = {"error": "major", "warning": "minor"}

found = []
for line in sys.stdin:
    message = json.loads(line).get("message")
    if not isinstance(message, dict) or message["level"] not in SEVERITY:
        continue
    print(message["rendered"])
    at = next((span for span in message["spans"] if span["is_primary"]), None)
    if at is None:
        continue
    rule = (message["code"] or {"code": "rustc"})["code"]
    # Not the line: a finding stays the same one when code above it moves.
    same = f"{rule} {at['file_name']} {at['text'][0]['text'].strip() if at['text'] else ''} {message['message']}"
    found.append(
        {
            "description": message["message"],
            "check_name": rule,
            "fingerprint": hashlib.sha256(same.encode()).hexdigest(),
            "severity": SEVERITY[message["level"]],
            "location": {"path": at["file_name"], "lines": {"begin": at["line_start"]}},
        }
    )

with open(sys.argv[1], "w", encoding="utf-8") as report:
    json.dump(found, report, indent=1)
print(f"{len(found)} findings, also in {sys.argv[1]}")
