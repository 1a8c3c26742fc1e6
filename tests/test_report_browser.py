"""The page of a run in a real browser. Where there is none, they are skipped, or fail where `.ci/run` requires one."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import runs
from conftest import Command

#: without a window, without a network of its own, and as root
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--window-size=1280,1600",
)  # fmt: skip
PATIENCE = 60.0


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        if os.environ.get("TORCHLINT_BROWSER") == "required":
            pytest.fail("chromium and chromedriver are required here (Debian: chromium, chromium-driver)")
        pytest.skip("no chromium with chromedriver")
    if os.environ.get("TORCHLINT_BROWSER") != "required":
        pytest.importorskip("selenium")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    window = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield window
    window.quit()


Open = Callable[[list[dict[str, Any]]], None]


@pytest.fixture
def show(torchlint: Command, browser: Any, tmp_path: Path) -> Open:
    """Opens the page of a run."""

    def call(rows: list[dict[str, Any]]) -> None:
        runs.write(tmp_path / "run.jsonl", rows)
        assert torchlint("report", "run.jsonl", "-o", "run.html").code == 0
        browser.get((tmp_path / "run.html").as_uri())
        wait(
            lambda: browser.execute_script(
                "return !!(window.Bokeh && Bokeh.documents[0] && Bokeh.documents[0].is_idle)"
            )
        )

    return call


def wait(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the page does not get there"
        time.sleep(0.1)


def troubles(browser: Any) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


#: where the mark of a finding lies in the window
PLACE = """
const marks = Bokeh.index.find_one_by_id(Bokeh.documents[0].get_model_by_name("marks").id);
const data = Bokeh.documents[0].get_model_by_name("findings").data;
const box = marks.canvas_view.el.getBoundingClientRect();
const x = marks.frame.x_scale.compute(data.step[arguments[0]]);
const y = marks.frame.y_scale.compute(data.height[arguments[0]]);
return [box.left + x, box.top + y];
"""

#: how many different colours a canvas in the charts holds: an empty one has one
COLOURS = """
const roots = [document];
const canvases = [];
while (roots.length) {
  for (const element of roots.pop().querySelectorAll("*")) {
    if (element.shadowRoot) roots.push(element.shadowRoot);
    if (element instanceof HTMLCanvasElement && element.width) canvases.push(element);
  }
}
return canvases.map(canvas => {
  const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return new Set(pixels).size;
});
"""


def test_it_renders_and_the_console_has_no_complaint(show: Open, browser: Any) -> None:
    show(runs.run())
    assert troubles(browser) == []
    assert browser.title.startswith("run ")
    titles = browser.execute_script(
        "return Bokeh.documents[0].all_models ? [...Bokeh.documents[0].all_models].filter(m => m.type === 'Title')"
        ".map(m => m.text) : []"
    )
    assert {title.split(" ")[0] for title in titles} >= {"Findings", "Loss", "Gradient", "Learning", "Update", "Dead"}
    assert max(browser.execute_script(COLOURS)) > 50
    # nothing was loaded from anywhere
    assert browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)") == []


def test_a_finding_in_the_list_is_clicked_and_its_mark_is_chosen(show: Open, browser: Any) -> None:
    show(runs.run())
    heads = browser.find_elements("css selector", ".finding summary")
    assert len(heads) == 2
    body = browser.find_element("css selector", "#finding-1 .body")
    assert not body.is_displayed()
    heads[1].click()
    assert "look there" in body.text and "softmax" in body.text and "The last steps" in body.text
    chosen = "return Bokeh.documents[0].get_model_by_name('findings').selected.indices"
    assert browser.execute_script(chosen) == [1]


@pytest.mark.parametrize("index", [0, 1])
def test_a_mark_on_the_axis_is_clicked_and_its_finding_opens(show: Open, browser: Any, index: int) -> None:
    from selenium.webdriver.common.action_chains import ActionBuilder

    show(runs.run())
    x, y = browser.execute_script(PLACE, index)
    actions = ActionBuilder(browser)
    actions.pointer_action.move_to_location(round(x), round(y))
    actions.pointer_action.click()
    actions.perform()
    finding = browser.find_element("id", f"finding-{index}")
    wait(lambda: finding.get_attribute("open"))
    assert "chosen" in finding.get_attribute("class")
    assert browser.find_element("id", f"finding-{1 - index}").get_attribute("open") is None
    assert troubles(browser) == []


@pytest.mark.parametrize(
    "rows",
    [
        [runs.head(), runs.step(0)],
        [runs.head(), *(runs.step(number, loss=10.0**number, optimizer=f"SGD {number % 2}") for number in range(9))],
        [runs.head(), runs.layers(0), runs.finding(0), runs.finding(0, "TLN101")],
        [runs.head(), *(runs.step(number, loss="nan", gradient_norm=None) for number in range(3))],
    ],
    ids=["one step", "two optimizers, a wide loss", "findings without a step", "nothing but NaN"],
)
def test_odd_runs_render(show: Open, browser: Any, rows: list[dict[str, Any]]) -> None:
    show(rows)
    assert troubles(browser) == []
