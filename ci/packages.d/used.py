"""What the project depends on directly, read from the files that say so. Used by register.py."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import NamedTuple

INSTALLED_BY_SCRIPTS = re.compile(r"(?P<tool>pip|cargo) install [^\n]*?(?P<name>[\w.-]+)(?:==|@)(?P<version>[\d.]+|\$version)")
GO_MODULE = re.compile(r"(?P<name>(?:[\w-]+\.)+[a-z]+/[\w./-]+)@v(?P<version>[\d.]+|\$v)")
GO_COPY = re.compile(r"^  module_copy \S+ (?P<name>\S+) \$(?P<version>\w+)", re.MULTILINE)


class Package(NamedTuple):
    """`series`: within it, a newer version promises to change nothing."""

    kind: str
    name: str
    series: str
    version: str
    file: str
    licence: str | None
    shipped: bool


def series(version):
    numbers = (re.sub(r"^[^\d]*", "", version) + ".0").split(".")
    return numbers[0] if numbers[0] != "0" else f"0.{numbers[1]}"


def committed(*patterns):
    listed = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard", "--", *patterns], text=True)
    return [it for it in listed.split("\n") if it and Path(it).exists()]


def crates():
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    metadata = json.loads(subprocess.check_output(command))
    members = set(metadata["workspace_members"])
    found = {it["id"]: it for it in metadata["packages"]}
    asked = {}
    for node in metadata["resolve"]["nodes"]:
        if node["id"] not in members:
            continue
        for dependency in node["deps"]:
            package = found[dependency["pkg"]]
            if package["source"]:
                shipped = any(it["kind"] is None for it in dependency["dep_kinds"])
                before = asked.get(package["name"])
                asked[package["name"]] = (package, shipped or bool(before and before[1]))
    for package, shipped in asked.values():
        version = package["version"]
        yield Package("cargo", package["name"], series(version), version, "Cargo.toml", package["license"], shipped)


def npm():
    for path in committed("*package.json"):
        lock = Path(path).with_name("package-lock.json")
        locked = json.loads(lock.read_text())["packages"]
        manifest = json.loads(Path(path).read_text())
        for name in manifest.get("dependencies", {}) | manifest.get("devDependencies", {}):
            it = locked[f"node_modules/{name}"]
            yield Package("npm", name, series(it["version"]), it["version"], path, it.get("license"), False)


def pypi():
    lists = committed("*requirements.in")
    lists += [it for it in committed("*requirements.txt") if f"{it[:-4]}.in" not in lists]
    for path in lists:
        for name, version in re.findall(r"^([\w.-]+)==([\w.-]+)", Path(path).read_text(), re.MULTILINE):
            yield Package("pypi", name, series(version), version, path, None, False)


def by_scripts():
    for path in committed(".ci/*", "ci/*", "e2e/*.sh", "Dockerfile"):
        text = Path(path).read_text(errors="ignore")
        named = dict(re.findall(r"^\s*(?:local )?(\w+)=\"?([\d.]+)\"?$", text, re.MULTILINE))
        # `local v=$kubernetes_version` is that by another name.
        named |= {new: named.get(old, "") for new, old in re.findall(r"\b(v)=\$(\w+)", text)}
        for it in INSTALLED_BY_SCRIPTS.finditer(text):
            version = named.get("version", "") if it["version"] == "$version" else it["version"]
            kind = {"pip": "pypi", "cargo": "cargo"}[it["tool"]]
            yield Package(kind, it["name"], series(version), version, path, None, False)
        for it in GO_MODULE.finditer(text):
            version = named.get("v", "") if it["version"] == "$v" else it["version"]
            yield Package("go", it["name"], series(version), version, path, None, False)
        for it in GO_COPY.finditer(text):
            version = named[it["version"]]
            yield Package("go", it["name"], series(version), version, path, None, False)


def go_tools():
    for path in committed("*go.mod"):
        text = Path(path).read_text()
        versions = dict(re.findall(r"^\s*(?:require )?(\S+) v([\w.-]+)", text, re.MULTILINE))
        for name in re.findall(r"^tool (\S+)", text, re.MULTILINE):
            module = max((it for it in versions if name.startswith(it)), key=len)
            yield Package("go", module, series(versions[module]), versions[module], path, None, False)


def packages():
    """By kind and name; where two files ask for a package, both are there."""
    every = [*crates(), *npm(), *pypi(), *go_tools(), *by_scripts()]
    return sorted(set(every), key=lambda it: (it.kind, it.name, it.file))


def added_crates(base):
    """The packages of Cargo.lock that it did not have at `base`, with their licences."""
    try:
        before = subprocess.check_output(["git", "show", f"{base}:Cargo.lock"], text=True, stderr=subprocess.DEVNULL)
    except subprocess.CalledProcessError:
        return []
    names = {it["name"] for it in tomllib.loads(before)["package"]}
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    now = json.loads(subprocess.check_output(command))["packages"]
    return [(it["name"], it["version"], it["license"] or "") for it in now if it["source"] and it["name"] not in names]
