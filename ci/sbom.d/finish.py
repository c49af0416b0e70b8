"""Finishes and checks a bill of materials of cargo-cyclonedx.

    finish.py IN OUT REVISION DATE    OUT is the same for the same commit, and names no folder of this machine
    finish.py --prove IN              plants faults in it, and fails unless each is found
"""

import copy
import json
import os
import sys
import tomllib
import uuid

locked = {}
with open("Cargo.lock", "rb") as file:
    for package in tomllib.load(file)["package"]:
        locked[f"{package['name']} {package['version']}"] = package


def finish(text, revision, date, kind):
    bill = json.loads(text.replace(f"file://{os.getcwd()}/", "file:///"))
    metadata = bill["metadata"]
    metadata["timestamp"] = date
    metadata["component"]["properties"] = [{"name": "comptoir:revision", "value": revision}]
    bill["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, kind + metadata['component']['name'] + revision)}"
    return bill


def faults(bill):
    """What is wrong with it, line by line."""
    program = bill["metadata"]["component"]["name"]
    components = bill["components"]
    if len(components) < 50:
        yield f"{program}: {len(components)} components are not all"
    for it in components:
        name = f"{it['name']} {it['version']}"
        package = locked.get(name)
        if not package:
            yield f"{program}: {name} is not in Cargo.lock"
            continue
        if not it.get("licenses"):
            yield f"{program}: {name} has no licence"
        hashes = [hash["content"] for hash in it.get("hashes", [])]
        if "checksum" in package and package["checksum"] not in hashes:
            yield f"{program}: {name} has not the sum of Cargo.lock"
        if it["name"] in ("testkit", "wiremock", "proptest"):
            yield f"{program}: {name} is for tests only"
    if os.getcwd() in json.dumps(bill):
        yield f"{program}: names a folder of this machine"


def prove(bill):
    """Each plant changes a copy."""
    crate = next(place for place, it in enumerate(bill["components"]) if it.get("hashes"))
    plants = {
        "are not all": lambda it: it["components"].__delitem__(slice(10, None)),
        "is not in Cargo.lock": lambda it: it["components"][crate].update(version="0.0.0"),
        "has no licence": lambda it: it["components"][crate].pop("licenses"),
        "has not the sum": lambda it: it["components"][crate].update(hashes=[{"alg": "SHA-256", "content": "0" * 64}]),
        "is for tests only": lambda it: it["components"].append(
            {"name": "wiremock", "version": next(name for name in locked if name.startswith("wiremock ")).split()[1]}
        ),
        "names a folder": lambda it: it["metadata"].update(tools=os.getcwd()),
    }
    missed = 0
    for says, plant in plants.items():
        changed = copy.deepcopy(bill)
        plant(changed)
        found = any(says in it for it in faults(changed))
        missed += not found
        print(f"found, as it should be: {says}" if found else f"ci/sbom: missed: {says}")
    return missed == 0


if sys.argv[1] == "--prove":
    with open(sys.argv[2], encoding="utf-8") as file:
        sys.exit(0 if prove(json.load(file)) else 1)
source, target, revision, date = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    # An image's and an archive's are two lists, of a program with and without the shop.
    bill = finish(file.read(), revision, date, os.path.basename(os.path.dirname(target)))
wrong = list(faults(bill))
print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
with open(target, "w", encoding="utf-8") as file:
    json.dump(bill, file, indent=1)
print(f"{bill['metadata']['component']['name']}: {len(bill['components'])} components")
sys.exit(1 if wrong else 0)
