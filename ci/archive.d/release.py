"""What ci/archive and ci/verify-release do with files.

    release.py pack ARCHIVE.tar.gz FILE...          packs them; the same files and SOURCE_DATE_EPOCH give the same bytes
    release.py provenance ARCHIVE.tar.gz TARGET STARTED    says beside it what it was made of, by whom: an in-toto
                                                    statement (v1) with SLSA's provenance (v1) as its predicate
    release.py sums DIR                             writes DIR/SHA256SUMS; fails where an archive lacks its documents
    release.py check DIR [REVISION]                 fails unless DIR holds what SHA256SUMS says, and each archive its
                                                    provenance and bill of materials, of REVISION if that is given
"""

import datetime
import gzip
import hashlib
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

SOURCE = "https://gitlab.com/comptoir/comptoir"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
SUMS = ("SHA256SUMS", "SHA256SUMS.minisig")


def fail(what):
    sys.exit(f"ci/archive: {what}")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def beside(archive, ending):
    return Path(str(archive).removesuffix(".tar.gz") + ending)


def pack(archive, files):
    """Sorted, of nobody, and as old as the commit."""
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    folder = Path(archive).name.removesuffix(".tar.gz")
    with (
        open(archive, "wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=epoch) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for file in sorted(map(Path, files), key=lambda it: it.name):
            data = file.read_bytes()
            entry = tarfile.TarInfo(f"{folder}/{file.name}")
            entry.size, entry.mtime = len(data), epoch
            entry.mode = 0o755 if os.access(file, os.X_OK) else 0o644
            with open(file, "rb") as content:
                tar.addfile(entry, content)


def builder():
    """The machine that did it, as its platform names it. On GitLab and Jenkins anybody can look at the run."""
    env = os.environ
    if url := env.get("CI_JOB_URL"):
        return f"{env['CI_PROJECT_URL']}/-/runners/{env['CI_RUNNER_ID']}", url
    if url := env.get("BUILD_URL"):
        return env["JENKINS_URL"], url
    return f"{SOURCE}/builder/by-hand", None


def provenance(archive, target, started):
    revision = output("git", "rev-parse", "HEAD")
    source = os.environ.get("CI_PROJECT_URL", SOURCE)
    machine, run = builder()
    finished = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = {"startedOn": started, "finishedOn": finished} | ({"invocationId": run} if run else {})
    changed = output("git", "status", "--porcelain", "--untracked-files=no") != ""
    statement = {
        "_type": STATEMENT,
        "subject": [{"name": Path(archive).name, "digest": {"sha256": sha256(archive)}}],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": f"{SOURCE}/blob/main/ci/archive",
                "externalParameters": {"source": source, "revision": revision, "target": target},
                "internalParameters": {"rustc": output("rustc", "--version"), "changed": changed},
                "resolvedDependencies": [
                    {"uri": f"git+{source}@{revision}", "digest": {"gitCommit": revision}},
                    {"uri": "Cargo.lock", "digest": {"sha256": sha256("Cargo.lock")}},
                ],
            },
            "runDetails": {"builder": {"id": machine}, "metadata": metadata},
        },
    }
    beside(archive, ".provenance.json").write_text(json.dumps(statement, indent=1) + "\n")


def faults(folder, revision=None):
    """What is wrong with the documents of its archives."""
    archives = sorted(folder.glob("*.tar.gz"))
    if not archives:
        yield f"no archive in {folder}"
    for archive in archives:
        said, bill = beside(archive, ".provenance.json"), beside(archive, ".cdx.json")
        if not said.exists() or not bill.exists():
            yield f"{archive.name} has no provenance or no bill of materials"
            continue
        statement = json.loads(said.read_text())
        if (statement["_type"], statement["predicateType"]) != (STATEMENT, PREDICATE):
            yield f"{said.name} is no provenance"
            continue
        if statement["subject"] != [{"name": archive.name, "digest": {"sha256": sha256(archive)}}]:
            yield f"{said.name} is about something else than {archive.name}"
        definition = statement["predicate"]["buildDefinition"]
        commit = definition["resolvedDependencies"][0]["digest"]["gitCommit"]
        if definition["internalParameters"]["changed"]:
            yield f"{archive.name} was built of a tree with changes that {commit} does not have"
        if revision and commit != revision:
            yield f"{archive.name} is of {commit}, not of {revision}"
        of = {it["name"]: it["value"] for it in json.loads(bill.read_text())["metadata"]["component"]["properties"]}
        if of.get("comptoir:revision") != commit:
            yield f"{bill.name} is of another commit than {archive.name}"


def listed(folder):
    return sorted(it for it in folder.iterdir() if it.name not in SUMS)


def sums(folder):
    # A folder that is used again may hold those of another version.
    if wrong := list(faults(folder, output("git", "rev-parse", "HEAD"))):
        fail("; ".join(wrong))
    (folder / SUMS[0]).write_text("".join(f"{sha256(it)}  {it.name}\n" for it in listed(folder)))


def check(folder, revision=None):
    """Every file has its sum, and the archives their documents. The signature is not looked at here."""
    wanted = dict(reversed(line.split("  ", 1)) for line in (folder / SUMS[0]).read_text().splitlines())
    there = {it.name: sha256(it) for it in listed(folder)}
    for name in sorted(wanted.keys() | there.keys()):
        if name not in there:
            # Nobody needs the archives of other machines.
            continue
        if wanted.get(name) != there[name]:
            fail(f"{name} is not what was signed")
    if wrong := list(faults(folder, revision)):
        fail("; ".join(wrong))
    print(f"{sum(name.endswith('.tar.gz') for name in there)} archives are what was signed")


match sys.argv[1:]:
    case ["pack", archive, *files] if files:
        pack(archive, files)
    case ["provenance", archive, target, started]:
        provenance(archive, target, started)
    case ["sums", folder]:
        sums(Path(folder))
    case ["check", folder, *revision] if len(revision) < 2:
        check(Path(folder), *revision)
    case _:
        sys.exit(__doc__)
