"""Finds passwords, tokens and private keys that stand in Ansible's files as they are.

    secrets.py DIR

A value belongs into the vault, into a file outside of the tree, or is taken from a variable: `!vault`, `{{ ... }}`, a path.
ci/secrets-scan looks for what has the form of a secret; this looks for what has the name of one.
"""

import re
import sys
from pathlib import Path

NAMED = re.compile(r"^\s*-?\s*(?P<name>\w*(?:password|passwd|passphrase|token|secret_key|private_key))\s*:\s*(?P<value>\S.*)$")
# No password at all; a template; a vault; what a specification says of an option.
HARMLESS = re.compile(r"""^(?:["']{2}|["']?[*!]["']?|["']?\{\{.*|!vault.*|\{type:.*|["']?/\S+)$""")

found = []
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if not path.is_file() or ".ansible" in path.parts:
        continue
    for number, line in enumerate(path.read_text().splitlines(), 1):
        named = NAMED.match(line)
        if named and not HARMLESS.match(named["value"].strip()):
            found.append(f"{path}:{number}: {named['name']} has a value that everybody can read")
        if "PRIVATE KEY" in line:
            found.append(f"{path}:{number}: a private key")
print("\n".join(found) or "no secrets")
sys.exit(bool(found))
