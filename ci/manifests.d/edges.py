"""Compares the network policies with the calls that the shop makes.

    edges.py PROGRAMS RENDERED...       each call is allowed on both sides, and nothing else is
    edges.py --self-test PROGRAMS RENDERED
                                        shows that a missing and a superfluous edge are found

There is no list of calls. A program of ours says by `--help` which addresses it can be given (`*_URL`,
`*_ENDPOINT`); the manifests say which ones it is given. The calls of what watches the shop are in its configuration,
those of PostgreSQL's tools in PGHOST, those of the proxy in the Ingress.
"""

import copy
import functools
import re
import subprocess
import sys
from urllib.parse import urlparse

import yaml

PROXY, OUTSIDE, DNS = "the proxy", "outside", "DNS"
PORTS = {"postgres": 5432, "http": 80, "https": 443}


@functools.cache
def options(program, arguments):
    """What `--help` says: each environment variable, with its default if it has one."""
    answer = subprocess.run([program, *arguments, "--help"], env={}, capture_output=True, text=True, check=True)
    found = re.findall(r"\[env: ([A-Z0-9_]+)=?[^\]]*\](?:\s*\[default: ([^\]]*)\])?", answer.stdout)
    if not found:
        sys.exit(f"edges: `{program} {' '.join(arguments)} --help` names no variable")
    return dict(found)


def matches(selector, labels):
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for it in selector.get("matchExpressions", []):
        known = {"In": labels.get(it["key"]) in it.get("values", []), "Exists": it["key"] in labels}
        if not known[it["operator"]]:
            return False
    return True


class Shop:
    """One overlay, rendered."""

    def __init__(self, documents, programs):
        self.programs = programs
        self.problems = []
        self.documents = documents
        self.pods = {}  # workload -> the template of its pods
        for it in documents:
            name, spec = it["metadata"]["name"], it.get("spec", {})
            match it["kind"]:
                case "Deployment" | "StatefulSet" | "Job":
                    self.pods[name] = spec["template"]
                case "CronJob":
                    self.pods[name] = spec["jobTemplate"]["spec"]["template"]
                case "Cluster":  # CloudNativePG's
                    labels = spec["inheritedMetadata"]["labels"] | {"cnpg.io/cluster": name}
                    port = {"name": "postgres", "containerPort": 5432}
                    self.pods[name] = {"metadata": {"labels": labels}, "spec": {"containers": [{"ports": [port]}]}}

    def of(self, kind):
        return [it for it in self.documents if it["kind"] == kind]

    def labels(self, workload):
        return self.pods[workload]["metadata"]["labels"]

    def ports(self, workload):
        """Number -> name, of what it listens on."""
        return {
            port["containerPort"]: port.get("name")
            for container in self.pods[workload]["spec"]["containers"]
            for port in container.get("ports", [])
        }

    def selected(self, selector):
        return [it for it in self.pods if matches(selector, self.labels(it))]

    def behind(self, service, port):
        """The workloads and the port that a Service's port leads to."""
        if service in self.pods and service not in [it["metadata"]["name"] for it in self.of("Service")]:
            return {(service, port)}  # a Service that an operator makes, of the name of its cluster
        found = set()
        for it in self.of("Service"):
            if it["metadata"]["name"] != service:
                continue
            for workload in self.selected({"matchLabels": it["spec"]["selector"]}):
                for own in it["spec"]["ports"]:
                    if port in (own["port"], own["name"]):
                        found |= {
                            (workload, number)
                            for number, name in self.ports(workload).items()
                            if own.get("targetPort", own["port"]) in (number, name)
                        }
        return found

    # What is called

    def calls(self):
        calls = set()
        for workload, pod in self.pods.items():
            for container in pod["spec"]["containers"]:
                for host, port, why in self.addresses(workload, pod["spec"], container):
                    if "." in host:
                        calls.add((workload, OUTSIDE, port))
                        continue
                    found = self.behind(host, port)
                    if not found:
                        self.problems.append(f"{workload} calls {host}:{port} ({why}), where nobody listens")
                    calls |= {(workload, *it) for it in found}
        for ingress in self.of("Ingress"):
            for path in (path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]):
                backend = path["backend"]["service"]
                found = self.behind(backend["name"], backend["port"].get("name") or backend["port"].get("number"))
                if not found:
                    self.problems.append(f"the Ingress leads {path['path']} to {backend['name']}, where nobody listens")
                calls |= {(PROXY, *it) for it in found}
        return calls

    def environment(self, container):
        values = {}
        for source in container.get("envFrom", []):
            name = source["configMapRef"]["name"]
            for it in self.of("ConfigMap"):
                if it["metadata"]["name"] == name:
                    values |= it["data"]
        return values | {it["name"]: it["value"] for it in container.get("env", [])}

    def addresses(self, workload, pod, container):
        """(host, port, why) of everything that a container calls."""
        values = self.environment(container)
        image = re.search(r"(?:^|/)comptoir/([a-z]+)(?:[:@]|$)", container.get("image", ""))
        if image:
            yield from self.addresses_of_ours(workload, image[1], container.get("args", []), values)
        if "PGHOST" in values:
            yield values["PGHOST"], 5432, "PGHOST"
        for volume in pod.get("volumes", []):
            for it in self.of("ConfigMap"):
                if it["metadata"]["name"] == volume.get("configMap", {}).get("name"):
                    for file, text in it["data"].items():
                        yield from self.configured(file, text)

    def addresses_of_ours(self, workload, name, arguments, values):
        program = f"{self.programs}/{name}"
        known = options(program, tuple(arguments))
        for variable in values:
            # A migration shares its service's configuration.
            if variable not in known and variable not in options(program, ()):
                self.problems.append(f"{workload} sets {variable}, which `{name}` does not know")
        for variable, default in known.items():
            if not variable.endswith(("_URL", "_ENDPOINT")):
                continue
            if variable not in values:
                if default:
                    self.problems.append(f"{workload} does not set {variable}: it would call itself at {default}")
                continue
            url = urlparse(values[variable])
            port = url.port or PORTS[url.scheme]
            if default and urlparse(default).port != port:
                self.problems.append(f"{workload} sets {variable} to another port than the usual {default}")
            yield url.hostname, port, variable

    def configured(self, file, text):
        """What a program that is not ours is told to call, by its configuration file."""
        match file:
            case "prometheus.yml":
                configuration = yaml.safe_load(text)
                yield from self.targets(configuration)
                urls = [f"http://{target}" for it in self.statics(configuration["alerting"]["alertmanagers"]) for target in it]
            case "collector.yaml":
                urls = [it["endpoint"] for it in yaml.safe_load(text)["exporters"].values()]
            case "datasources.yaml":
                urls = [it["url"] for it in yaml.safe_load(text)["datasources"]]
            case _:
                urls = []
        for it in urls:
            url = urlparse(it if "//" in it else f"//{it}")
            yield url.hostname, url.port, file

    def statics(self, jobs):
        return [it["targets"] for job in jobs for it in job.get("static_configs", [])]

    def targets(self, configuration):
        for targets in self.statics(configuration["scrape_configs"]):
            for host, port in (it.split(":") for it in targets):
                if host != "localhost":
                    yield host, int(port), "a job"
        for job in configuration["scrape_configs"]:
            for it in job.get("dns_sd_configs", []):
                for name in it["names"]:
                    yield name, it["port"], f"the job {job['job_name']}"
            for it in job.get("kubernetes_sd_configs", []):
                key, value = it["selectors"][0]["label"].split("=")
                wanted = [rule["regex"] for rule in job["relabel_configs"] if rule.get("action") == "keep"]
                for workload in self.selected({"matchLabels": {key: value}}):
                    for number, name in self.ports(workload).items():
                        if name in wanted:
                            yield workload, number, f"the job {job['job_name']}"

    # What is allowed

    def allowed(self, direction):
        """The edges that policies allow, as seen from one side; and whom they stop there at all."""
        edges, guarded = set(), set()
        field, peers = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}[direction]
        for policy in self.of("NetworkPolicy"):
            if policy["metadata"]["labels"].get("app.kubernetes.io/component") == "platform":
                continue  # for what an operator does, not for a call of the shop's
            spec = policy["spec"]
            if direction not in spec["policyTypes"]:
                continue
            here = self.selected(spec["podSelector"])
            guarded |= set(here)
            for rule in spec.get(field, []):
                for peer in rule.get(peers) or [{"podSelector": {}}, {"ipBlock": {"cidr": "0.0.0.0/0"}}]:
                    for there in self.peer(peer):
                        for one in here:
                            edge = (there, one) if direction == "Ingress" else (one, there)
                            edges |= {(*edge, port) for port in self.open(rule, edge[1])}
        return edges, guarded

    def peer(self, peer):
        if "ipBlock" in peer:
            return [OUTSIDE]
        if "namespaceSelector" in peer:
            space = peer["namespaceSelector"].get("matchLabels", {}).get("kubernetes.io/metadata.name")
            return [DNS] if space == "kube-system" else [PROXY] if space == "traefik" else [f"the namespace {space}"]
        return self.selected(peer["podSelector"])

    def open(self, rule, target):
        """Which of the target's ports a rule opens."""
        numbers = self.ports(target) if target in self.pods else None
        if "ports" not in rule:
            return list(numbers or ["any"])
        wanted = {number for it in rule["ports"] for number in range(it["port"], it.get("endPort", it["port"]) + 1)}
        return wanted if numbers is None else wanted & set(numbers)

    def check(self):
        calls = self.calls()
        for direction, end in (("Ingress", 1), ("Egress", 0)):
            edges, guarded = self.allowed(direction)
            for workload in sorted(set(self.pods) - guarded):
                self.problems.append(f"no policy stops what {direction.lower()} {workload} may have")
            wanted = {it for it in calls if it[end] in self.pods}
            for source, target, port in sorted(wanted - edges):
                self.problems.append(f"{source} calls {target}:{port}, and no policy allows its {direction.lower()}")
            if direction == "Egress":
                callers = {it[0] for it in wanted}
                deaf = callers - {source for source, target, port in edges if (target, port) == (DNS, 53)}
                self.problems += [f"{it} calls somebody and may not ask for names" for it in sorted(deaf)]
                edges = {it for it in edges if it[1:] != (DNS, 53)}
            for source, target, port in sorted(edges - wanted, key=str):
                self.problems.append(
                    f"a policy allows the {direction.lower()} from {source} to {target}:{port}, and nobody calls that"
                )
        return calls


def read(path):
    with open(path, encoding="utf-8") as file:
        return [it for it in yaml.safe_load_all(file) if it]


def self_test(programs, path):
    """Breaks a copy of the manifests in one way each, and wants to hear of it."""

    def policy(documents, name):
        return next(it["spec"] for it in documents if it["kind"] == "NetworkPolicy" and it["metadata"]["name"] == name)

    def configuration(documents, name):
        return next(
            it["data"] for it in documents if it["kind"] == "ConfigMap" and it["metadata"]["name"].startswith(name + "-")
        )

    peer = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "cart"}}}
    faults = {
        "order calls payment:8084, and no policy allows its ingress": lambda it: policy(it, "payment")["ingress"].pop(0),
        "order calls cart:8083, and no policy allows its egress": lambda it: policy(it, "order")["egress"].pop(2),
        "a policy allows the ingress from cart to order:8085": lambda it: policy(it, "order")["ingress"].append(
            {"from": [peer], "ports": [{"port": 8085}]}
        ),
        "a policy allows the egress from catalog to cart:8083": lambda it: policy(it, "catalog")["egress"].append(
            {"to": [peer], "ports": [{"port": 8083}]}
        ),
        "a policy allows the egress from cart to outside:443": lambda it: policy(it, "cart")["egress"].append(
            {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 443}]}
        ),
        "no policy stops what egress prometheus may have": lambda it: [
            policy(it, name)["policyTypes"].remove("Egress") for name in ("default-deny", "prometheus", "dns")
        ],
        "prometheus calls loki:3100, and no policy allows its ingress": lambda it: policy(it, "loki")["ingress"].pop(2),
        "collector calls jaeger:4317, and no policy allows its egress": lambda it: policy(it, "collector")["egress"].pop(0),
        "cart does not set CATALOG_URL": lambda it: configuration(it, "cart").pop("CATALOG_URL"),
        "cart sets CATALOGUE_URL, which `cart` does not know": lambda it: configuration(it, "cart").update(
            CATALOGUE_URL="http://catalog:8082"
        ),
        "cart calls catalogue:8082 (CATALOG_URL), where nobody listens": lambda it: configuration(it, "cart").update(
            CATALOG_URL="http://catalogue:8082"
        ),
    }
    for expected, fault in faults.items():
        documents = copy.deepcopy(read(path))
        fault(documents)
        shop = Shop(documents, programs)
        shop.check()
        if not any(expected in it for it in shop.problems):
            sys.exit(f"edges: the self-test expected to hear: {expected}\n" + "\n".join(shop.problems))
    print(f"edges: {len(faults)} planted faults, all found")


def main():
    arguments = sys.argv[1:]
    if arguments[0] == "--self-test":
        return self_test(*arguments[1:])
    failed = False
    for path in arguments[1:]:
        shop = Shop(read(path), arguments[0])
        calls = shop.check()
        for it in shop.problems:
            failed = True
            print(f"edges: {path}: {it}", file=sys.stderr)
        print(f"edges: {path}: {len(calls)} calls between {len(shop.pods)} workloads, {len(shop.problems)} problems")
    sys.exit(failed)


main()
