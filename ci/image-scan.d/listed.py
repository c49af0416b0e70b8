"""Takes the list of packages out of a program, where cargo-auditable put it, and checks that it is a whole one.

    listed.py PROGRAM OUT.json
"""

import json
import struct
import sys
import zlib


def section(program, wanted):
    """The bytes of a section of a 64-bit ELF file."""
    if program[:5] != b"\x7fELF\x02":
        return None
    start, = struct.unpack_from("<Q", program, 0x28)
    size, count, names = struct.unpack_from("<HHH", program, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", program, start + place * size) for place in range(count)]
    texts = headers[names][4]
    for name, _, _, _, offset, length in headers:
        begin = texts + name
        if program[begin : program.index(b"\0", begin)] == wanted:
            return program[offset : offset + length]
    return None


path, target = sys.argv[1:]
with open(path, "rb") as file:
    found = section(file.read(), b".dep-v0")
if not found:
    sys.exit(f"ci/image-scan: {path} does not carry the list of what it was made of; it is built by `cargo auditable build`")
packages = json.loads(zlib.decompress(found))["packages"]
with open(target, "w", encoding="utf-8") as file:
    json.dump(packages, file, indent=1)
print(f"{path.rsplit('/', 1)[-1]}: made of {len(packages)} packages")
