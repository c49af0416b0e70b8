"""Compares the steps of a journey in k6's summary with those in a report of `comptoir load`: how often each comes in a
journey, rounded, since a product may be sold out on the way.

    compare.py JOURNEY K6.json REPORT.json
"""

import json
import re
import sys

journey, theirs, ours = sys.argv[1], *(json.load(open(path, encoding="utf-8")) for path in sys.argv[2:])


def steps_of_k6(metrics):
    """How often each step comes in a journey: requests by completed iteration."""
    journeys = metrics["iterations"]["count"]
    for name, metric in metrics.items():
        step = re.fullmatch(r"http_req_duration\{step:(.*)\}", name)
        if step and metric.get("count"):
            yield step[1], round(metric["count"] / journeys)


def steps_of_ours(report):
    journeys = report["journeys"][journey]["count"]
    for step, timing in report["steps"].items():
        yield step, round(timing["count"] / journeys)


theirs, ours = dict(steps_of_k6(theirs["metrics"])), dict(steps_of_ours(ours))
if not ours or theirs != ours:
    sys.exit(f"{journey}: k6 does {theirs}, and comptoir load does {ours}")
print(f"{journey}: {', '.join(f'{count} {step}' for step, count in sorted(ours.items()))}")
