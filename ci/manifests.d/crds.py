"""Validates objects of operators against the operators' own definitions, which are in their Go modules.

    crds.py RENDERED...
    crds.py --print        prints the definitions, for a cluster that has no such operator
"""

import json
import pathlib
import shutil
import subprocess
import sys

import jsonschema
import yaml

MODULES = {
    "github.com/cloudnative-pg/cloudnative-pg@v1.27.1": (
        "h1:w+bbtXyEPoaa7sZGXxbb8qJ+/bUGWQ3M48kbNUEpKlk=",
        "config/crd/bases",
    ),
    "github.com/external-secrets/external-secrets@v0.20.4": (
        "h1:HhNAjWfFEshhItphr28SGsHzf2bUP7uDAOVLg76uNAg=",
        "config/crds/bases",
    ),
}


def strict(schema):
    """The API server refuses fields that a definition does not name, so a validator must."""
    if isinstance(schema, list):
        return [strict(it) for it in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: strict(value) for key, value in schema.items()}
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("x-kubernetes-embedded-resource")
    if isinstance(schema.get("properties"), dict) and not open_ended:
        schema.setdefault("additionalProperties", False)
    return schema


def read():
    for module, (checksum, folder) in MODULES.items():
        answer = json.loads(subprocess.check_output(["go", "mod", "download", "-json", module], cwd="/"))
        if answer["Sum"] != checksum:
            sys.exit(f"crds: {module} has another checksum than it had")
        for path in pathlib.Path(answer["Dir"], folder).glob("*.yaml"):
            crd = yaml.safe_load(path.read_text(encoding="utf-8"))
            if crd["kind"] == "CustomResourceDefinition":
                yield crd


def definitions():
    found = {}
    for crd in read():
        spec = crd["spec"]
        for version in spec["versions"]:
            schema = version["schema"]["openAPIV3Schema"]
            schema["properties"]["metadata"] = {"x-kubernetes-preserve-unknown-fields": True}
            key = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
            found[key] = jsonschema.Draft202012Validator(strict(schema))
    return found


def main():
    if not shutil.which("go"):
        print("crds: skipped: no Go, by whose modules the definitions come")
        return
    if sys.argv[1:] == ["--print"]:
        yaml.safe_dump_all(read(), sys.stdout)
        return
    known = definitions()
    checked, failed = 0, False
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            documents = [it for it in yaml.safe_load_all(file) if it]
        for it in documents:
            group = it["apiVersion"].split("/")[0]
            if "." not in group or group.endswith(".k8s.io"):
                continue
            checked += 1
            validator = known.get((it["apiVersion"], it["kind"]))
            errors = validator.iter_errors(it) if validator else ["no definition of this kind"]
            for error in errors:
                failed = True
                where = "/".join(str(part) for part in getattr(error, "path", []))
                print(
                    f"crds: {path}: {it['kind']} {it['metadata']['name']}: {where}: {getattr(error, 'message', error)}",
                    file=sys.stderr,
                )
    print(f"crds: {checked} objects of operators")
    sys.exit(failed)


main()
