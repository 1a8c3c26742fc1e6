"""The charts of a run, by Bokeh: they share one axis of steps, on which each finding is a mark that can be clicked."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle

from bokeh.embed import components
from bokeh.layouts import gridplot
from bokeh.models import (
    BasicTicker,
    ColorBar,
    ColumnDataSource,
    CustomJS,
    CustomJSTickFormatter,
    FixedTicker,
    HoverTool,
    LinearColorMapper,
    Range1d,
    Span,
    TapTool,
)
from bokeh.palettes import Reds256, Viridis256
from bokeh.plotting import figure

from torchlint.runtime.merging import span
from torchlint.runtime.recorder import StepRecord
from torchlint.runtime.report.reading import RunReport, finite, where
from torchlint.runtime.report.remarks import jumps
from torchlint.runtime.report.thinning import POINTS, Point, smoothed, thinned

#: the steps of each optimizer of each rank
Series = dict[tuple[str, int | None], list[StepRecord]]

#: one for each line
COLOURS = ("#2563a8", "#c2571a", "#3b8132", "#7a4fa3", "#8a6d1b")
SEVERITY = {"error": "#c62828", "warning": "#d98a00"}
LEFT, RIGHT = 150, 110
#: points of a line, where there are very many lines
FEWEST = 200
#: the title of a chart
RATE = "Learning rate"
#: columns and rows of a heatmap
SAMPLES, LAYERS = 200, 120
#: from this ratio between the highest and the lowest loss on, the axis is logarithmic
WIDE = 50


@dataclass(frozen=True)
class Heat:
    """What a heatmap shows: its title, whether its scale is logarithmic, and the ends of that, where they are fixed."""

    title: str
    logarithmic: bool
    ends: tuple[float, float] | None = None


#: by the name of the number in the log
HEATMAPS = {
    "update_ratio": Heat("Update ratio of each layer: the size of a step against that of the weights", True, (-6, 0)),
    "gradient_norm": Heat("Gradient norm of each layer", True),
    "dead": Heat("Dead units of each layer, as a share", False, (0, 1)),
    "saturated": Heat("Saturated units of each layer, as a share", False, (0, 1)),
    "activation_std": Heat("Spread of the output of each layer: its standard deviation", True),
}

#: as short as a number can be said
TICKS = """
const short = Number(tick.toPrecision(4))
return Math.abs(short) >= 1e5 || (short && Math.abs(short) < 1e-3) ? short.toExponential() : String(short)
"""


def charts(report: RunReport) -> tuple[str, str]:
    """The script and the element to stand in a page."""
    series = report.series
    ends = [max(record.step for record in records) for records in series.values()]
    last = max(ends + [finding["step"] for finding in report.findings] + [1])
    steps = Range1d(-0.01 * last, 1.01 * last, bounds=(-0.05 * last, 1.05 * last))
    plots = [_marks(report, steps)] if report.findings else []
    plots += [
        plot
        for plot in (
            _lines("Loss", series, lambda record: record.loss, steps, report),
            _lines("Gradient norm", series, lambda record: record.gradient_norm, steps),
            _lines(RATE, series, lambda record: record.learning_rate, steps),
            *(_heatmap(report, key, steps) for key in _numbers_of_layers(report)),
        )
        if plot is not None
    ]
    if not plots:
        return "", ""
    for plot in plots:
        if plot.title.text == RATE:
            _mark_jumps(plot, report)
        for finding in report.findings:
            colour = SEVERITY[finding["severity"]]
            plot.add_layout(
                Span(location=finding["step"], dimension="height", line_color=colour, line_width=1.5, line_alpha=0.7)
            )
    plots[-1].xaxis.axis_label = "step"
    grid = gridplot(
        [[plot] for plot in plots],
        sizing_mode="stretch_width",
        merge_tools=True,
        toolbar_options={"logo": None},
        toolbar_location="right",
    )
    script, element = components(grid)
    return str(script), str(element)


def _figure(title: str, steps: Range1d, height: int, **options: object) -> figure:
    plot = figure(
        title=title,
        x_range=steps,
        height=height,
        sizing_mode="stretch_width",
        tools="xpan,xbox_zoom,xwheel_zoom,reset",
        active_drag="xbox_zoom",
        active_scroll=None,
        min_border_left=LEFT,
        min_border_right=RIGHT,
        **options,
    )
    plot.title.text_font_size = "13px"
    plot.title.text_color = "#333"
    plot.outline_line_color = None
    plot.grid.grid_line_color = "#ececec"
    plot.axis.axis_line_color = "#999"
    plot.axis.major_tick_line_color = "#999"
    plot.axis.minor_tick_line_color = None
    plot.axis.major_label_text_font_size = "11px"
    if options.get("y_axis_type") != "log":
        plot.yaxis.formatter = CustomJSTickFormatter(code=TICKS)
    return plot


# ------------------------------------------------------------------------------ findings


def _marks(report: RunReport, steps: Range1d) -> figure:
    """A strip of marks, one for each finding; several at one step stand on each other."""
    at = [finding["step"] for finding in report.findings]
    heights = [at[:index].count(step) for index, step in enumerate(at)]
    tallest = max(heights)
    source = ColumnDataSource(
        {
            "step": at,
            "height": heights,
            "colour": [SEVERITY[finding["severity"]] for finding in report.findings],
            "code": [finding["code"] for finding in report.findings],
            "where": [where(finding) for finding in report.findings],
            "message": [_short(finding["message"]) for finding in report.findings],
            # at the right edge there is no room for it to the right of the mark
            "align": ["right" if step > 0.9 * steps.end else "left" for step in at],
            "offset": [-12 if step > 0.9 * steps.end else 12 for step in at],
        },
        name="findings",
    )
    plot = _figure(
        "Findings (click one to read it)", steps, 84 + 22 * min(tallest, 8), y_range=(-0.8, tallest + 0.8), name="marks"
    )
    plot.yaxis.visible = False
    plot.ygrid.visible = False
    marks = plot.scatter("step", "height", source=source, size=15, marker="inverted_triangle", color="colour")
    # what is not chosen stays as it is
    marks.nonselection_glyph = None
    marks.selection_glyph = marks.glyph.clone(line_color="#111", line_width=2.5)
    plot.text(
        "step", "height", text="code", source=source, x_offset="offset", y_offset=6, text_align="align",
        text_font_size="11px",
    )  # fmt: skip
    plot.add_tools(
        TapTool(
            renderers=[marks],
            callback=CustomJS(
                args={"source": source},
                code="const chosen = source.selected.indices[0]; if (chosen !== undefined) showFinding(chosen)",
            ),
        ),
        HoverTool(renderers=[marks], tooltips=[("@code", "@message"), ("at", "@where")]),
    )
    return plot


def _short(text: str, length: int = 160) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


# --------------------------------------------------------------------------------- lines


def _lines(
    title: str,
    series: Series,
    value: Callable[[StepRecord], float | None],
    steps: Range1d,
    report: RunReport | None = None,
) -> figure | None:
    """A number over the steps, a line for each optimizer of each rank; with a report, what guessing costs as well."""
    lines = _by_label({key: _points(records, value) for key, records in series.items()})
    known = finite(y for points in lines.values() for _, y in points)
    if not known:
        return None
    wide = min(known) > 0 and max(known) > WIDE * min(known)
    plot = _figure(title, steps, 230 if report is not None else 170, y_axis_type="log" if wide else "linear")
    if report is None and not wide and min(known) >= 0:
        # these are seen against zero, also where they do not change
        plot.y_range = Range1d(0, 1.15 * max(known) or 1)
    several = len([points for points in lines.values() if points]) > 1
    for colour, (label, points) in zip(cycle(COLOURS), lines.items()):
        if points:
            count = max(FEWEST, POINTS // len(lines))
            _line(plot, points, colour, label if several else "", title, report is not None, count)
    lost = [(x, y) for points in lines.values() for x, y in points if not math.isfinite(y)]
    if lost:
        floor = [min(known)] * len(lost)
        plot.scatter(
            [x for x, _ in lost],
            floor,
            marker="x",
            size=9,
            line_width=2,
            color=SEVERITY["error"],
            legend_label="NaN or Inf",
        )
    for name, guess in ({} if report is None else report.guessing).items():
        plot.line(
            [steps.start, steps.end],
            [guess, guess],
            color="#555",
            line_dash="dashed",
            legend_label=f"guessing ({name})",
        )
    if plot.legend:
        plot.legend.location = "top_right"
        plot.legend.background_fill_alpha = 0.7
        plot.legend.label_text_font_size = "11px"
        plot.legend.border_line_color = None
        plot.legend.padding = 4
    return plot


def _by_label(lines: dict[tuple[str, int | None], list[Point]]) -> dict[str, list[Point]]:
    """Lines with what they are called; those of several ranks that are the same are one."""
    alike: dict[tuple[str, tuple[Point, ...]], list[int]] = {}
    for (optimizer, rank), points in lines.items():
        alike.setdefault((optimizer, tuple(points)), []).extend([] if rank is None else [rank])
    several = len({optimizer for optimizer, _ in lines}) > 1
    return {
        ", ".join([*([optimizer] if several or not ranks else []), *([span(ranks)] if ranks else [])]): list(points)
        for (optimizer, points), ranks in alike.items()
    }


def _mark_jumps(plot: figure, report: RunReport) -> None:
    """Where the learning rate jumps up, which is no finding."""
    found = jumps(report)
    source = ColumnDataSource({"step": [one.step for one in found], "rate": [one.after for one in found],
                               "text": [str(one) for one in found]})  # fmt: skip
    marks = plot.scatter("step", "rate", source=source, marker="triangle", size=10, color="#555")
    plot.add_tools(HoverTool(renderers=[marks], tooltips=[("jumps", "@text")]))


def _points(records: Sequence[StepRecord], value: Callable[[StepRecord], float | None]) -> list[Point]:
    known = ((record.step, value(record)) for record in records)
    return [(step, number) for step, number in known if number is not None]


def _line(plot: figure, points: list[Point], colour: str, label: str, title: str, smooth: bool, count: int) -> None:
    legend = {"legend_label": label} if label else {}
    mean = smoothed(points) if smooth else None
    points = thinned(points, count)
    source = ColumnDataSource({"step": [x for x, _ in points], "value": [_drawn(y) for _, y in points]})
    line = plot.line(
        "step", "value", source=source, color=colour, line_width=1.6, line_alpha=0.35 if mean else 1, **legend
    )
    if len(points) == 1:
        line = plot.scatter("step", "value", source=source, color=colour, size=7, **legend)
    if mean:
        mean = thinned(mean, count)
        plot.line([x for x, _ in mean], [y for _, y in mean], color=colour, line_width=2.2)
    plot.add_tools(
        HoverTool(renderers=[line], mode="vline", tooltips=[("step", "@step"), (title.lower(), "@value{0.0000e+0}")])
    )


def _drawn(value: float) -> float:
    """A gap where there is no number."""
    return value if math.isfinite(value) else math.nan


# ------------------------------------------------------------------------------ heatmaps


def _numbers_of_layers(report: RunReport) -> list[str]:
    there = {key for layers in report.layers.values() for numbers in layers.values() for key in numbers}
    return [key for key in HEATMAPS if key in there]


def _heatmap(report: RunReport, key: str, steps: Range1d) -> figure | None:
    heat = HEATMAPS[key]
    samples = sorted(report.layers)
    samples = samples[:: max(1, math.ceil(len(samples) / SAMPLES))]
    paths = list(dict.fromkeys(p for step in samples for p, numbers in report.layers[step].items() if key in numbers))
    if not paths:
        return None
    left_out, paths = len(paths) - LAYERS, paths[:LAYERS]
    # a sample stands for the steps until the next one
    ends = [*samples[1:], max(report.step_count, samples[-1] + 1)]
    rows = [
        (step, end, path, value)
        for step, end in zip(samples, ends)
        for path in paths
        if (value := report.layers[step].get(path, {}).get(key)) is not None
    ]
    shown = [_on_scale(value, heat) for *_, value in rows]
    known = finite(shown)
    low, high = heat.ends or (min(known, default=0), max(known, default=1))
    mapper = LinearColorMapper(
        palette=Reds256[::-1] if heat.ends == (0, 1) else Viridis256,
        low=low,
        high=high if high > low else low + 1,
        nan_color=SEVERITY["error"],
    )
    title = heat.title if left_out <= 0 else f"{heat.title} (the first {LAYERS} of {LAYERS + left_out})"
    height = 70 + max(14 * len(paths), 40)
    plot = _figure(title, steps, height, y_range=(len(paths) - 0.5, -0.5))
    source = ColumnDataSource(
        {
            "left": [step for step, *_ in rows],
            "right": [end for _, end, *_ in rows],
            "top": [paths.index(path) - 0.5 for _, _, path, _ in rows],
            "bottom": [paths.index(path) + 0.5 for _, _, path, _ in rows],
            "layer": [path for _, _, path, _ in rows],
            "number": [f"{value:.4g}" for *_, value in rows],
            "shown": shown,
        }
    )
    quads = plot.quad("left", "right", "top", "bottom", source=source, line_color=None,
                      fill_color={"field": "shown", "transform": mapper})  # fmt: skip
    plot.grid.grid_line_color = None
    plot.yaxis.ticker = FixedTicker(ticks=list(range(len(paths))))
    plot.yaxis.major_label_overrides = {index: _tail(path) for index, path in enumerate(paths)}
    plot.add_tools(
        HoverTool(renderers=[quads], tooltips=[("layer", "@layer"), ("step", "@left"), ("value", "@number")])
    )
    bar = ColorBar(
        color_mapper=mapper, width=12, padding=4, ticker=BasicTicker(desired_num_ticks=4),
        title="log10" if heat.logarithmic else None, major_label_text_font_size="10px",
    )  # fmt: skip
    plot.add_layout(bar, "right")
    return plot


def _on_scale(value: float, heat: Heat) -> float:
    if not math.isfinite(value):
        return math.nan
    if not heat.logarithmic:
        return value
    # zero takes the colour of the lowest
    return math.log10(value) if value > 0 else -math.inf


def _tail(path: str, length: int = 22) -> str:
    """The end of a path tells layers apart."""
    return path if len(path) <= length else "…" + path[1 - length :]
