"""One page that shows a run: everything it needs is in it, nothing is loaded from a network."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from torchlint import __version__
from torchlint.runtime.merging import span
from torchlint.runtime.recorder import StepRecord
from torchlint.runtime.report.reading import RunReport, number, where
from torchlint.runtime.report.remarks import layer_speeds, remarks
from torchlint.runtime.speeds import LayerSpeed

#: what has to be installed for pages
EXTRA = 'pip install "torchlint[report]"'

#: layers in the table of a finding
LAYERS = 12
#: ranks whose losses are among the facts: the chart has all
RANKS = 8
#: layers in the table of learning speeds
SPEEDS = 60


def page(report: RunReport, title: str) -> str:
    """The HTML. Raises `ModuleNotFoundError` where the libraries of the extra are missing."""
    from bokeh.resources import Resources

    from torchlint.runtime.report.charts import charts

    script, element = charts(report)
    return render(
        "run.html.j2",
        title=title,
        report=report,
        library=Resources(mode="inline", components=["bokeh"]).render() if element else "",
        script=script,
        element=element,
        facts=_facts(report),
        notes=[*report.notes, *remarks(report)],
        speeds=_ends(layer_speeds(report)),
        findings=[_finding(report, finding) for finding in report.findings],
    )


def render(template: str, **values: Any) -> str:
    """A template of this folder, with what stands in a log made harmless."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(version=__version__, **values)


def _facts(report: RunReport) -> list[tuple[str, str]]:
    """What is known of the run, as label and value."""
    facts = []
    for name, count in report.models.items():
        facts.append(("model", name if count is None else f"{name}, {count:,} parameters"))
    facts.append(("steps", f"{report.step_count:,}"))
    for rank, log in [*report.logs.items()][:RANKS]:
        losses = [record.loss for record in log.steps if record.loss is not None]
        if losses:
            label = "loss" if rank is None else f"loss of rank {rank}"
            facts.append((label, f"{losses[0]:.4g} → {losses[-1]:.4g}"))
    end = report.end or {}
    seconds = number(end.get("seconds"))
    if seconds is not None:
        facts.append(("time", _duration(seconds)))
    if end:
        facts.append(("ended", report.ending))
    if report.ranks:
        facts.append(("ranks", span(report.ranks).partition(" ")[2]))
    for key in ("started", "rank", "torch", "torchlint"):
        if report.head.get(key) is not None and not (key == "rank" and report.ranks):
            facts.append((key, str(report.head[key])))
    return facts


def _duration(seconds: float) -> str:
    if not math.isfinite(seconds) or seconds < 60:
        return f"{seconds:.3g} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _ends(speeds: list[LayerSpeed]) -> list[LayerSpeed]:
    """The slowest and the fastest of very many."""
    return speeds if len(speeds) <= SPEEDS else speeds[: SPEEDS // 2] + speeds[-SPEEDS // 2 :]


def _finding(report: RunReport, finding: dict[str, Any]) -> dict[str, Any]:
    """A finding with the state of the training when it showed."""
    rows = [("module", finding["module"]), ("line", finding["line"])]
    rows += [(str(key).replace("_", " "), _text(value)) for key, value in finding["evidence"].items()]
    log = report.told_by(finding)
    records = log.before(finding["step"])
    sample = max((step for step in log.layers if step <= finding["step"]), default=None)
    return {
        **finding,
        "where": where(finding),
        # nothing but the web is a link
        "url": finding["url"] if finding["url"].startswith(("https://", "http://")) else "",
        "rows": [(label, value) for label, value in rows if value is not None],
        "several": len({record.optimizer for record in records}) > 1,
        "records": [_record(record) for record in records],
        "sample": sample,
        "layers": [] if sample is None else _layers(log.layers[sample], finding["module"]),
    }


def _record(record: StepRecord) -> dict[str, str]:
    return {key: _text(value) for key, value in record._asdict().items()}


def _layers(layers: dict[str, dict[str, float]], module: str | None) -> list[list[str]]:
    """A table of the first layers, and before them the one that is to blame: head and rows."""
    keys = list(dict.fromkeys(key for numbers in layers.values() for key in numbers))
    shown = sorted(layers.items(), key=lambda item: item[0] != module)[:LAYERS]
    return [
        ["layer", *(key.replace("_", " ") for key in keys)],
        *([path, *(_text(numbers.get(key)) for key in keys)] for path, numbers in shown),
    ]


def _text(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.5g}" if isinstance(value, float) else str(value)
