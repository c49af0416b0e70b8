"""Shortens every range and every `for` of the rules that it reads to a twelfth: a minute to five seconds. For runs that
break something on purpose, beside burn rates of windows/1h.yaml. Ages in seconds stay as they are."""

import re
import sys

UNITS = {"s": 1, "m": 60, "h": 3600}


def shorter(match):
    return f"{match[1]}{max(1, int(match[2]) * UNITS[match[3]] // 12)}s{match[4]}"


print(re.sub(r"(\[|for: )(\d+)([smh])(\]|\n)", shorter, sys.stdin.read()), end="")
