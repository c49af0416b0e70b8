"""What no other tool checks about monitoring/.

check.py alerts                each alert has severity, service, summary, description and a runbook that exists and
                               says what it must; no runbook is without its alert
check.py tests                 each alert, at each severity, is tested to fire, to be quiet and to end
check.py configurations        production's Prometheus differs in how it finds the services, and in nothing else
check.py queries FILE          writes each query of rules and dashboards into FILE, as rules for promtool
check.py names EXPOSITION...   each metric that a rule or a dashboard names is in one of the expositions (as scraped,
                               or a page whose tables begin with names in back-quotes), or made by a rule, or in
                               monitoring/others.txt
"""

import glob
import json
import re
import sys
from collections import defaultdict

import yaml

RULES = sorted(glob.glob("monitoring/prometheus/rules/*.yml"))
TESTS = sorted(glob.glob("monitoring/tests/*.yml"))
DASHBOARDS = sorted(glob.glob("monitoring/grafana/dashboards/*.json"))
RUNBOOKS = "docs/runbooks"
SECTIONS = ["## What it means", "## See it", "## Do", "## It is over when"]
# Grafana's variables, as a value that they can have.
VARIABLES = {"$__rate_interval": "1m", "$__range": "30d", "$service": "order"}
# It must never end.
ALWAYS = {("Watchdog", "none")}


def read(path):
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


def rules(kind):
    return [rule for path in RULES for group in read(path)["groups"] for rule in group["rules"] if kind in rule]


def problems_of_alerts():
    names = {it["alert"] for it in rules("alert")}
    pages = {path.removeprefix(RUNBOOKS + "/").removesuffix(".md") for path in glob.glob(f"{RUNBOOKS}/*.md")} - {
        "README"
    }
    yield from (f"there is no {RUNBOOKS}/{it}.md" for it in sorted(names - pages))
    yield from (f"{RUNBOOKS}/{it}.md is about an alert that does not exist" for it in sorted(pages - names))
    for it in sorted(names & pages):
        with open(f"{RUNBOOKS}/{it}.md", encoding="utf-8") as file:
            page = file.read()
        if not page.startswith(f"# {it}\n"):
            yield f"{RUNBOOKS}/{it}.md does not begin with its alert's name"
        yield from (
            f"{RUNBOOKS}/{it}.md does not say: {section}" for section in SECTIONS if f"\n{section}\n" not in page
        )
    for rule in rules("alert"):
        name, labels, annotations = rule["alert"], rule.get("labels", {}), rule.get("annotations", {})
        if labels.get("severity") not in ("page", "ticket", "none"):
            yield f"{name} has no severity"
        if "service" not in labels and "service" not in rule["expr"]:
            yield f"{name} does not say whose fault it is"
        yield from (f"{name} has no {it}" for it in ("summary", "description") if not annotations.get(it))
        if annotations.get("runbook_url") != "{{ $externalLabels.runbooks }}/" + name + ".md":
            yield f"{name} does not lead to its runbook"


def problems_of_tests():
    seen = defaultdict(set)
    wanted = {(it["alert"], it["labels"]["severity"]) for it in rules("alert")}
    for path in TESTS:
        for test in read(path)["tests"]:
            evaluations = test.get("alert_rule_test", [])
            for alert in {it["alertname"] for it in evaluations}:
                # In the order of time, as they are written: which severities fire.
                firing = [
                    {it["exp_labels"]["severity"] for it in one["exp_alerts"]}
                    for one in evaluations
                    if one["alertname"] == alert
                ]
                for severity in {severity for name, severity in wanted if name == alert}:
                    fires = [severity in it for it in firing]
                    if True in fires:
                        seen[alert, severity].add("fires")
                        if False in fires[fires.index(True) :]:
                            seen[alert, severity].add("ends")
                    else:
                        seen[alert, severity].add("quiet")
    for key in sorted(wanted):
        missing = {"fires", "quiet", "ends"} - seen[key] - ({"quiet", "ends"} if key in ALWAYS else set())
        yield from (f"no test shows {key[0]} ({key[1]}): {it}" for it in sorted(missing))
    yield from (
        f"a test is about {it}, which does not exist"
        for it in sorted({it[0] for it in seen} - {it[0] for it in wanted})
    )


def problems_of_configurations():
    ours, production = (
        read("monitoring/prometheus/prometheus.yml"),
        read("k8s/components/autoscaling-in-flight/prometheus.yml"),
    )
    services = {"auth", "catalog", "cart", "payment", "order", "storefront"}

    def rest(it, without):
        return it | {"scrape_configs": [job for job in it["scrape_configs"] if job["job_name"] not in without]}

    if rest(ours, services) != rest(production, {"services"}):
        yield "prometheus.yml of monitoring/ and of autoscaling-in-flight differ in more than the services' jobs"


def queries():
    """(where, PromQL) of all rules and panels."""
    for rule in rules("expr"):
        yield rule.get("alert") or rule["record"], rule["expr"]
    for path in DASHBOARDS:
        with open(path, encoding="utf-8") as file:
            dashboard = json.load(file)
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                if target["datasource"]["type"] == "prometheus":
                    expression = target["expr"]
                    for variable, value in VARIABLES.items():
                        expression = expression.replace(variable, value)
                    yield f"{path}: {panel['title']}", expression
        for variable in dashboard["templating"]["list"]:
            found = re.fullmatch(r"label_values\((.+), *\w+\)", variable["query"]["query"])
            yield f"{path}: the variable {variable['name']}", found[1]


def names_in(query):
    """The metrics that a query names."""
    query = re.sub(r'"[^"]*"', "", query)
    query = re.sub(r"\{[^}]*\}|\[[^]]*\]", " ", query)
    query = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", query)
    found = re.findall(r"(?<![\w:.])([a-zA-Z_:][\w:]*)(?![\w:]|\s*\()", query)
    return set(found) - {"and", "or", "unless", "bool", "offset", "group_left", "group_right", "inf"}


def problems_of_names(expositions):
    known = {it["record"] for it in rules("record")}
    for path in ["monitoring/others.txt", *expositions]:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        known |= set(re.findall(r"^(?:# TYPE |\| ?`)?([a-zA-Z_:][\w:]*)", text, re.MULTILINE))
    for where, query in queries():
        for name in sorted(names_in(query)):
            if not {name, re.sub(r"_(bucket|sum|count)$", "", name)} & known:
                yield f"{where}: there is no metric {name}"


def write_queries(path):
    """One rule for each, in a group whose name says where it is, for promtool's message."""
    groups = [
        {"name": f"{number} {where}", "rules": [{"record": "query", "expr": query, "labels": {"number": str(number)}}]}
        for number, (where, query) in enumerate(queries())
    ]
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump({"groups": groups}, file)


def main():
    command, *arguments = sys.argv[1:]
    if command == "queries":
        return write_queries(*arguments)
    problems = {
        "alerts": problems_of_alerts,
        "tests": problems_of_tests,
        "configurations": problems_of_configurations,
        "names": lambda: problems_of_names(arguments),
    }[command]()
    found = list(problems)
    print("\n".join(found) or f"{len(rules('alert'))} alerts, {len(list(queries()))} queries")
    sys.exit(bool(found))


main()
