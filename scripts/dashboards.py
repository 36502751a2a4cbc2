#!/usr/bin/env python3
"""Makes the dashboards from config/dashboards/*.toml: for Grafana, and as consoles of Prometheus.

    scripts/dashboards.py [--check]

Writes config/grafana/NAME.json and config/prometheus/consoles/NAME.html of each, and the runbook as
config/prometheus/consoles/runbook.html. --check writes nothing and exits 1 when a file is not what would be written.

A file has title, text, and sections of panels; variable = "instance" lets a reader choose nodes, $instance in
queries. A panel has title, text, unit (short, ops, s, bytes, Bps, ratio), queries with expr and legend, and may be of
the kind number, with warn and bad as thresholds.
"""

import html
import json
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]
ORDER = ["overview", "node", "replication", "business"]
UNITS = {"short": "short", "ops": "ops", "s": "s", "bytes": "bytes", "Bps": "Bps", "ratio": "percentunit"}
WIDTH = {"number": 3, "line": 8}  # of Grafana's 24 columns
HEIGHT = {"number": 4, "line": 8}
SOURCE = {"type": "prometheus", "uid": "${source}"}


def read(root):
    """{name: dashboard} in the order of menus."""
    found = {}
    for path in sorted((root / "config/dashboards").glob("*.toml"), key=lambda each: ORDER.index(each.stem)):
        board = tomllib.loads(path.read_text(encoding="utf-8"))
        for panel in (panel for section in board["section"] for panel in section["panel"]):
            panel.setdefault("kind", "line")
            if panel["unit"] not in UNITS:
                raise ValueError(f"{path.name}: '{panel['title']}': no unit '{panel['unit']}'")
        found[path.stem] = board
    return found


# -- Grafana -------------------------------------------------------------------------------------


def thresholds(panel):
    steps = [{"color": "green", "value": None}]
    steps += [{"color": color, "value": panel[name]} for name, color in (("warn", "orange"), ("bad", "red"))
              if name in panel]
    return {"mode": "absolute", "steps": steps}


def grafana_panel(number, panel, at):
    kind = panel["kind"]
    targets = [{"expr": query["expr"], "legendFormat": query["legend"], "refId": chr(ord("A") + i)}
               for i, query in enumerate(panel["queries"])]
    made = {"id": number, "title": panel["title"], "description": panel["text"],
            "type": "stat" if kind == "number" else "timeseries", "datasource": SOURCE,
            "gridPos": {"h": HEIGHT[kind], "w": WIDTH[kind], "x": at[0], "y": at[1]},
            "fieldConfig": {"defaults": {"unit": UNITS[panel["unit"]]}, "overrides": []}, "targets": targets}
    if kind == "number":
        made["fieldConfig"]["defaults"]["thresholds"] = thresholds(panel)
        made["options"] = {"reduceOptions": {"calcs": ["lastNotNull"]}, "graphMode": "none", "textMode": "auto"}
    return made


def grafana_panels(board):
    panels, y = [], 0
    for section in board["section"]:
        panels.append({"id": len(panels) + 1, "title": section["title"], "type": "row", "collapsed": False,
                       "gridPos": {"h": 1, "w": 24, "x": 0, "y": y}, "panels": []})
        x, y, below = 0, y + 1, 0
        for panel in section["panel"]:
            if x + WIDTH[panel["kind"]] > 24:
                x, y = 0, y + below
            panels.append(grafana_panel(len(panels) + 1, panel, (x, y)))
            x, below = x + WIDTH[panel["kind"]], HEIGHT[panel["kind"]]
        y += below
    return panels


def grafana(name, board):
    """One panel a line, so that a change of one is a change of a line."""
    variables = [{"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"}]
    if "variable" in board:
        variables.append({"name": "instance", "type": "query", "label": "Node", "datasource": SOURCE, "multi": True,
                          "includeAll": True, "allValue": ".*", "refresh": 2,
                          "current": {"text": "All", "value": "$__all"},
                          "query": "label_values(up{job=\"orderd\"}, instance)"})
    alerts = {"name": "Alerts", "enable": True, "datasource": SOURCE, "iconColor": "red",
              "titleFormat": "{{alertname}}", "expr": "ALERTS{alertstate=\"firing\",alertname=~\"Orderd.*\"}"}
    links = [{"title": "orderd", "type": "dashboards", "tags": ["orderd"], "asDropdown": False, "keepTime": True}]
    head = {"title": f"orderd: {board['title']}", "uid": f"orderd-{name}", "description": board["text"],
            "schemaVersion": 38, "tags": ["orderd"], "time": {"from": "now-1h", "to": "now"}, "refresh": "5s",
            "timezone": "browser", "links": links, "annotations": {"list": [alerts]},
            "templating": {"list": variables}}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    panels = ",\n".join(f"    {json.dumps(panel)}" for panel in grafana_panels(board))
    return "\n".join(["{", *lines, '  "panels": [', panels, "  ]", "}"]) + "\n"


# -- consoles of Prometheus ----------------------------------------------------------------------

PAGE = """<!doctype html>
<!-- Made by scripts/dashboards.py from {source}. -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>orderd: {title}</title>
<link rel="stylesheet" href="{{{{ pathPrefix }}}}/user/console.css">
<link rel="icon" href="data:,">
{scripts}</head>
<body data-prefix="{{{{ pathPrefix }}}}">
<header><h1>orderd</h1><nav>{menu}</nav><form id="controls"></form></header>
{body}
</body>
</html>
"""


def page(source, title, body, scripts=""):
    menu = " ".join(f'<a href="{name}.html"{" class=here aria-current=page" if name == title else ""}>{name}</a>'
                    for name in [*ORDER, "runbook"])
    return PAGE.format(source=source, title=html.escape(title), menu=menu, body=body, scripts=scripts)


def console(name, board):
    """The templates of Prometheus are those of Go: two braces would be one of its actions, so legends have brackets."""
    data = json.dumps({key: board[key] for key in ("title", "text", "variable", "section") if key in board}, indent=1)
    data = data.replace("{{", "[[").replace("}}", "]]").replace("</", "<\\/")
    body = (f'<main>\n<p>{html.escape(board["text"])}</p>\n<section id="alerts" aria-live="polite"></section>\n'
            '<div id="panels"></div>\n<noscript>The charts are drawn by a script, which this browser does not run.'
            f'</noscript>\n</main>\n<script type="application/json" id="dashboard">{data}</script>')
    scripts = "".join(f'<script defer src="{{{{ pathPrefix }}}}/user/{each}.js"></script>\n'
                      for each in ("chart", "console"))
    return page(f"config/dashboards/{name}.toml", name, body, scripts)


def inline(text):
    """Code, bold, emphasis and links of a line; pages of the project that Prometheus does not serve stay words."""
    text = html.escape(text, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"\*([^*]+)\*", r"<i>\1</i>", text)
    text = re.sub(r"\[([^\]]+)\]\((#[^)]+)\)", r'<a href="\2">\1</a>', text)
    return re.sub(r"\[([^\]]+)\]\((?:\.\./)?([^)#]+)[^)]*\)", r"\1 (\2)", text)


def runbook(text):
    """The page of the runbook: headings, paragraphs and lists are all that it has."""
    made, listed = [], False
    for line in text.splitlines():
        item = line.startswith("- ")
        if item != listed:
            made.append("<ul>" if item else "</ul>")
            listed = item
        if heading := re.match(r"(#+) (.*)", line):
            depth = len(heading[1])
            name = heading[2].lower().replace(" ", "-")
            made.append(f'<h{depth + 1} id="{name}">{inline(heading[2])}</h{depth + 1}>')
        elif item:
            made.append(f"<li>{inline(line[2:])}</li>")
        elif line:
            made.append(f"<p>{inline(line)}</p>")
    body = "\n".join(made + (["</ul>"] if listed else []))
    return page("config/RUNBOOK.md", "runbook", f'<main class="text">\n{body}\n</main>')


# -- files ---------------------------------------------------------------------------------------


def made(root):
    """{path: content} of every file that is made."""
    files = {}
    for name, board in read(root).items():
        files[root / f"config/grafana/{name}.json"] = grafana(name, board)
        files[root / f"config/prometheus/consoles/{name}.html"] = console(name, board)
    text = (root / "config/RUNBOOK.md").read_text(encoding="utf-8")
    files[root / "config/prometheus/consoles/runbook.html"] = runbook(text)
    return files


def different(root):
    """The made files that are not as they would be made."""
    return [path for path, content in made(root).items()
            if not path.exists() or path.read_text(encoding="utf-8") != content]


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(f"dashboards: error: unknown argument '{arguments[0]}' (known: --check)", file=sys.stderr)
        return 2
    wrong = different(ROOT)
    if arguments:
        for path in wrong:
            print(f"{path.relative_to(ROOT)} is not what scripts/dashboards.py makes of its source")
        return 1 if wrong else 0
    for path in wrong:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made(ROOT)[path], encoding="utf-8")
        print(f"written: {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(__doc__)
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))
