"""What differs between the environments, from the rendered overlays.

    environments.py RENDERED...    fails if the table in docs/reference/environments.md says something else;
                                   with UPDATE=1 it writes the table
"""

import difflib
import os
import sys

import yaml

PAGE = "docs/reference/environments.md"
BEGIN, END = "<!-- by ci/manifests: UPDATE=1 ci/manifests writes this table -->\n", "<!-- end -->\n"
SERVICES = ["auth", "catalog", "cart", "payment", "order", "storefront"]


class Overlay:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.documents = [it for it in yaml.safe_load_all(file) if it]

    def of(self, kind):
        return [it for it in self.documents if it["kind"] == kind]

    def named(self, kind, name):
        return next((it for it in self.of(kind) if it["metadata"]["name"] == name), None)

    def values(self, service):
        name = self.named("Deployment", service)["spec"]["template"]["spec"]["containers"][0]["envFrom"][0]
        return self.named("ConfigMap", name["configMapRef"]["name"])["data"]

    def image(self, service):
        return self.named("Deployment", service)["spec"]["template"]["spec"]["containers"][0]["image"]

    def same(self, what):
        """What is so at each service; they may differ, and then each value is named."""
        return ", ".join(dict.fromkeys(what(it) for it in SERVICES))


def address(it):
    ingress = it.of("Ingress")[0]["spec"]
    return ("https://" if "tls" in ingress else "http://") + ingress["rules"][0].get("host", "(any name)")


def replicas(it):
    def of(service):
        scaler = it.named("HorizontalPodAutoscaler", service)
        if not scaler:
            return str(it.named("Deployment", service)["spec"]["replicas"])
        return f"{scaler['spec']['minReplicas']} to {scaler['spec']['maxReplicas']}"

    return it.same(of)


def scaled_by(it):
    scaler = it.named("HorizontalPodAutoscaler", "order")
    if not scaler:
        return "hand"
    names = {"cpu": "CPU", "http_requests_in_flight": "requests in flight"}
    found = [m["resource"]["name"] if "resource" in m else m["pods"]["metric"]["name"] for m in scaler["spec"]["metrics"]]
    return ", ".join(names[name] for name in found)


def database(it):
    cluster = it.named("Cluster", "database")
    if cluster:
        return f"CloudNativePG, {cluster['spec']['instances']} instances, {cluster['spec']['storage']['size']} each"
    claim = it.named("StatefulSet", "database")["spec"]["volumeClaimTemplates"][0]["spec"]
    return f"one server, {claim['resources']['requests']['storage']}"


def encrypted(it):
    return "yes" if "sslmode=require" in it.values("order")["DATABASE_URL"] else "no"


def backup(it):
    if it.of("ScheduledBackup"):
        return "snapshots, every night"
    return "dumps, every night" if it.named("CronJob", "backup") else "none"


def secrets(it):
    return "from a store outside" if it.of("ExternalSecret") else "made by `ci/cluster secrets`"


def seeded(service):
    return lambda it: "yes" if it.values(service).get("SEED") == "true" else "no"


def images(it):
    image = it.image("order")
    # `ci/manifests` says beside this whether there was a release, and `ci/cluster deploy` refuses where there was none.
    return "by digest" if "@sha256:" in image or image.endswith(":unreleased") else f"by tag, `{image.rsplit(':', 1)[1]}`"


ROWS = {
    "namespace": lambda it: f"`{it.of('Namespace')[0]['metadata']['name']}`",
    "address": address,
    "replicas of each service": replicas,
    "scaled by": scaled_by,
    "replicas that may be evicted at once": lambda it: "1 of a service" if it.of("PodDisruptionBudget") else "all",
    "images": images,
    "secrets": secrets,
    "demo users": seeded("auth"),
    "demo products": seeded("catalog"),
    "acquirer": lambda it: it.values("payment")["GATEWAY_URL"],
    "database": database,
    "connections to it, encrypted": encrypted,
    "connections to it, for each replica": lambda it: it.values("order").get("DATABASE_CONNECTIONS", "10"),
    "backup": backup,
    "audit": lambda it: "every 5 minutes" if it.named("CronJob", "audit")["spec"]["schedule"] == "*/5 * * * *" else "?",
    "traces that are kept": lambda it: {"1": "all", "0.1": "one in ten"}.get(it.same(lambda s: it.values(s).get("TRACE_RATIO", "1")), "?"),
    "cookies by https only": lambda it: "yes" if it.values("storefront").get("HTTPS") == "true" else "no",
}


def main():
    overlays = [Overlay(path) for path in sys.argv[1:]]
    table = "| | dev | staging | prod |\n|---|---|---|---|\n"
    for name, cell in ROWS.items():
        table += f"| {name} | " + " | ".join(cell(it) for it in overlays) + " |\n"
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    before, _, rest = page.partition(BEGIN)
    there, _, after = rest.partition(END)
    if there == table:
        print(f"environments: {PAGE} says what the overlays do, in {len(ROWS)} rows")
    elif os.environ.get("UPDATE"):
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(before + BEGIN + table + END + after)
        print(f"environments: wrote {PAGE}")
    else:
        print(f"environments: {PAGE} is out of date; write it anew with: UPDATE=1 ci/manifests", file=sys.stderr)
        sys.exit("".join(difflib.unified_diff(there.splitlines(True), table.splitlines(True), "page", "overlays")))


main()
