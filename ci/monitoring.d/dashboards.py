"""Makes Grafana's dashboards: monitoring/dashboards/NAME.yaml to monitoring/grafana/dashboards/NAME.json.

    dashboards.py DIR     writes all of them into DIR

A source has rows of panels, each with a title, a kind (timeseries, stat, bars, table or logs) and
queries, by their legend. `width` is in 24ths of the screen; what a source does not say is the same for all.
"""

import glob
import json
import sys

import yaml

SOURCES = {"prometheus": {"type": "prometheus", "uid": "prometheus"}, "loki": {"type": "loki", "uid": "loki"}}
KINDS = {"bars": "bargauge", "timeseries": "timeseries", "stat": "stat", "table": "table", "logs": "logs"}
COLOURS = ["green", "orange", "red"]


def options(panel):
    match panel["kind"]:
        case "timeseries":
            return {
                "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
                "tooltip": {"mode": "multi", "sort": "desc"},
            }
        case "stat":
            return {
                "colorMode": "value",
                "graphMode": "none",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            }
        case "bars":
            return {
                "orientation": "horizontal",
                "displayMode": "basic",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            }
        case "logs":
            return {"showTime": True, "wrapLogMessage": True, "enableLogDetails": True, "sortOrder": "Descending"}
        case _:
            return {}


def targets(panel):
    source = SOURCES["loki" if panel["kind"] == "logs" else "prometheus"]
    for number, (legend, expression) in enumerate(panel.get("queries", {}).items()):
        target = {
            "refId": chr(ord("A") + number),
            "datasource": source,
            "expr": expression.strip(),
            "legendFormat": legend,
        }
        if panel["kind"] in ("stat", "bars", "table"):
            target |= {"instant": True, "range": False}
        if panel["kind"] == "table":
            target |= {"format": "table"}
        yield target


def panel(number, it, place):
    made = {"id": number, "title": it["title"], "type": KINDS[it["kind"]], "gridPos": place, "options": options(it)}
    if "description" in it:
        made["description"] = it["description"].strip()
    # Values that grow are bad from a limit on; where the limits fall, those that shrink are bad below one.
    limits = it.get("limits", [])
    colours = COLOURS if len(limits) == 2 else ["green", "red"]
    if limits != sorted(limits):
        colours, limits = colours[::-1], limits[::-1]
    steps = [{"color": colour, "value": value} for colour, value in zip(colours, [None, *limits])]
    defaults = {
        "unit": it.get("unit", "short"),
        "noValue": it.get("empty", "no data"),
        "thresholds": {"mode": "absolute", "steps": steps},
    }
    defaults |= {key: it[key] for key in ("min", "max", "decimals") if key in it}
    if not limits:
        defaults["color"] = (
            {"mode": "palette-classic"} if it["kind"] == "timeseries" else {"mode": "fixed", "fixedColor": "text"}
        )
    if it["kind"] == "timeseries":
        defaults["custom"] = {
            "fillOpacity": 10,
            "lineWidth": 1,
            "showPoints": "never",
            "stacking": {"mode": "normal" if it.get("stacked") else "none"},
        }
    made |= {"fieldConfig": {"defaults": defaults, "overrides": []}, "targets": list(targets(it))}
    made["datasource"] = made["targets"][0]["datasource"]
    if it["kind"] == "table":
        made["transformations"] = [
            {
                "id": "organize",
                "options": {"excludeByName": {"Time": True, "Value": it.get("hide_value", False), "__name__": True}},
            }
        ]
    return made


def dashboard(name, source):
    panels, top = [], 0
    for row in source["rows"]:
        panels.append(
            {
                "id": len(panels) + 1,
                "type": "row",
                "title": row["title"],
                "collapsed": False,
                "panels": [],
                "gridPos": {"h": 1, "w": 24, "x": 0, "y": top},
            }
        )
        top, left, tallest = top + 1, 0, 0
        for it in row["panels"]:
            width, height = it.get("width", 8), it.get("height", 8)
            if left + width > 24:
                top, left, tallest = top + tallest, 0, 0
            panels.append(panel(len(panels) + 1, it, {"h": height, "w": width, "x": left, "y": top}))
            left, tallest = left + width, max(tallest, height)
        top += tallest
    variables = [
        {
            "name": it["name"],
            "label": it["label"],
            "type": "query",
            "datasource": SOURCES["prometheus"],
            "query": {"query": it["query"], "refId": it["name"]},
            "refresh": 2,
            "sort": 1,
            "includeAll": False,
            "multi": False,
        }
        for it in source.get("variables", [])
    ]
    links = [
        {
            "type": "dashboards",
            "tags": ["comptoir"],
            "title": "The shop",
            "asDropdown": True,
            "includeVars": True,
            "keepTime": True,
        }
    ]
    return {
        "uid": f"comptoir-{name}",
        "title": source["title"],
        "description": source["description"].strip(),
        "tags": ["comptoir"],
        "editable": False,
        "graphTooltip": 1,
        "refresh": "15s",
        "schemaVersion": 41,
        "version": 1,
        "timezone": "browser",
        "time": {"from": source.get("from", "now-1h"), "to": "now"},
        "templating": {"list": variables},
        "links": links,
        "annotations": {
            "list": [
                {
                    "name": "Alerts",
                    "enable": True,
                    "iconColor": "red",
                    "datasource": SOURCES["prometheus"],
                    "expr": 'ALERTS{alertstate="firing",severity="page"}',
                    "titleFormat": "{{alertname}}",
                    "tagKeys": "service",
                }
            ]
        },
        "panels": panels,
    }


def main():
    for path in sorted(glob.glob("monitoring/dashboards/*.yaml")):
        name = path.rsplit("/", 1)[1].removesuffix(".yaml")
        with open(path, encoding="utf-8") as file:
            made = dashboard(name, yaml.safe_load(file))
        with open(f"{sys.argv[1]}/{name}.json", "w", encoding="utf-8") as file:
            json.dump(made, file, indent=1, ensure_ascii=False)
            file.write("\n")


main()
