"""Compares both pipelines with ci/jobs.toml: jobs, stages, order, commands, machines, gates, secrets.

    drift.py PLANS

PLANS is a folder of what the two files were found to do: gitlab.yml (every job, expanded), gitlab.PIPELINE.json (the jobs
of a pipeline), jenkins.PIPELINE.tsv (its `sh`, see jenkins/run.groovy), jenkins.by-hand.tsv.
"""

import csv
import json
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
PIPELINES = ["merge-request", "main", "tag", "nightly"]
STAGES = ["plan", "create", "verify", "package", "release", "configure", "protect", "monitor"]
# The halves of keys that everybody may see.
PUBLIC = {"signing-public-key", "approval-public-key"}
found = []


def same(what, ours, theirs):
    if ours != theirs:
        found.append(f"{what}: {theirs} instead of {ours}")


def same_jobs(what, ours, theirs):
    ours, theirs = [["/".join(it) for it in them] for them in (ours, theirs)]
    if missing := [it for it in ours if it not in theirs]:
        found.append(f"{what}: no {', '.join(missing)}")
    if more := [it for it in theirs if it not in ours]:
        found.append(f"{what}: {', '.join(more)} as well")
    if not missing and not more:
        same(f"order of {what}", ours, theirs)


def listed(*arguments):
    return json.loads(subprocess.check_output([ROOT / "ci/list", "--json", *arguments]))


def gitlab(plans, jobs):
    expanded = yaml.safe_load((plans / "gitlab.yml").read_text())
    same("stages of .gitlab-ci.yml", STAGES, [it for it in expanded["stages"] if it not in (".pre", ".post")])
    for pipeline in PIPELINES:
        theirs = [it for it in json.loads((plans / f"gitlab.{pipeline}.json").read_text()) if it["when"] != "never"]
        ours = [job for job in listed(pipeline) if "optional" not in job]
        same_jobs(f"jobs of {pipeline} in GitLab", [(job["stage"], job["name"]) for job in ours], [(it["stage"], it["name"]) for it in theirs])
        for it in theirs:
            job = jobs.get(it["name"], {})
            same(f"who starts {it['name']} in GitLab", "manual" if job.get("hand") else "on_success", it["when"])
            # Only what stands beside the way to production may be left undone.
            same(f"{it['name']} in GitLab may fail", bool(job.get("hand") and job["stage"] != "release"), bool(it["allow_failure"]))
    for name, job in jobs.items():
        it = expanded.get(name)
        if it is None:
            found.append(f"no job {name} in .gitlab-ci.yml")
            continue
        same(f"command of {name} in GitLab", [job["run"]], [line.removeprefix("APPROVER=$GITLAB_USER_EMAIL ") for line in it["script"]])
        same(f"stage of {name} in GitLab", job["stage"], it["stage"])
        same(f"machine of {name} in GitLab", [job["on"]] if "on" in job else [], it.get("tags", []))
        needs = [need if isinstance(need, str) else need["job"] for need in it.get("needs") or []]
        same(f"needs of {name} in GitLab", job["needs"], needs)
        if "needs" not in it and job["stage"] not in ("package", "release"):
            found.append(f"{name} in GitLab waits for whole stages")
        same(f"{name} in GitLab sees the registry's password", "registry" in job["secrets"], "REGISTRY_PASSWORD" in it.get("variables", {}))
        keys = {"signing-key": "signing", "approval-key": "prod"}
        environment = it.get("environment", {}).get("name")
        wanted = job.get("env") or next((keys[secret] for secret in job["secrets"] if secret in keys), None)
        same(f"environment of {name} in GitLab", wanted, environment)
        if job.get("env"):
            same(f"resource group of {name} in GitLab", job["env"], it.get("resource_group"))
        paths = [path.rstrip("/") for path in it.get("artifacts", {}).get("paths", [])]
        for report in job["report"]:
            if not any(report == path or report.startswith(f"{path}/") or Path(path).parent == Path(report).parent for path in paths):
                found.append(f"{name} in GitLab does not keep {report}")


def jenkins(plans, jobs):
    text = (ROOT / "Jenkinsfile").read_text()
    for pipeline in PIPELINES:
        with open(plans / f"jenkins.{pipeline}.tsv", newline="") as file:
            theirs = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        ours = [job for job in listed(pipeline) if "optional" not in job and (not job["hand"] or job["stage"] == "release")]
        same_jobs(f"jobs of {pipeline} in Jenkins", [(job["stage"], job["name"]) for job in ours], [(it[0], it[1]) for it in theirs])
        steps(theirs, jobs)
    with open(plans / "jenkins.by-hand.tsv", newline="") as file:
        theirs = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    ours = [job for job in jobs.values() if job["hand"] and job["stage"] != "release"]
    same_jobs("what is done by hand in Jenkins", [(job["stage"], job["name"]) for job in ours], [(it[0], it[1]) for it in theirs])
    steps(theirs, jobs)
    for job in jobs.values():
        for report in job["report"]:
            folder = str(Path(report).parent)
            if folder.startswith("out/") and f"archiveArtifacts artifacts: '{folder}/**'" not in text:
                found.append(f"{job['name']} in Jenkins does not keep {folder}")


def steps(theirs, jobs):
    for _, name, _, agent, command, credentials, asked in theirs:
        job = jobs.get(name)
        if job is None:
            continue
        same(f"command of {name} in Jenkins", job["run"], command)
        same(f"agent of {name} in Jenkins", job.get("on", "debian"), agent)
        same(f"credentials of {name} in Jenkins", set(job["secrets"]), {it for it in credentials.split(",") if it != "-"} - PUBLIC)
        same(f"whether {name} asks in Jenkins", job["hand"], asked == "asked")


def documents():
    table = subprocess.check_output([ROOT / "ci/list", "--markdown"], text=True).strip()
    for page in ("docs/pipeline.md", "docs/fr/pipeline.md"):
        if table not in (ROOT / page).read_text():
            found.append(f"the table of {page} is out of date; UPDATE=1 ci/pipeline writes it anew")
    if "ci/all gate" not in (ROOT / ".ci/run").read_text():
        found.append(".ci/run does not run the jobs of the list")


jobs = {job["name"]: job for job in listed()}
plans = Path(sys.argv[1])
gitlab(plans, jobs)
jenkins(plans, jobs)
documents()
for line in dict.fromkeys(found):
    print(line)
print(f"{len(jobs)} jobs" if not found else f"{len(set(found))} differences")
sys.exit(1 if found else 0)
