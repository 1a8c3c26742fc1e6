"""The language server, spoken to over its real protocol in a process of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import BUGGY, CLEAN, run
from language_client import CAPABILITIES, Client, edited, span

pytest.importorskip("pygls")

EXAMPLES = Path(__file__).parent.parent / "examples"

#: The line of `BUGGY` that has the finding, and where it is.
SOFTMAX = "torch.softmax(model(x), dim=1)"
PLACE = span(9, 20, 9, 50)

Start = Callable[..., Client]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Start]:
    """Starts servers for the test's own folder; they have to end well."""
    clients: list[Client] = []

    def start(workspace: Path | None = tmp_path, capabilities: object = CAPABILITIES, **environment: str) -> Client:
        clients.append(Client(tmp_path, **environment))
        clients[-1].initialize(workspace, capabilities)
        return clients[-1]

    (tmp_path / "pyproject.toml").touch()
    yield start
    for client in clients:
        assert client.end() == 0


def codes(diagnostics: list[dict[str, Any]]) -> list[str]:
    return [found["code"] for found in diagnostics]


def edits(action: dict[str, Any]) -> list[dict[str, Any]]:
    (changed,) = action["edit"]["documentChanges"]
    found: list[dict[str, Any]] = changed["edits"]
    return found


# -------------------------------------------------------------- diagnostics


def test_a_bug_appears_and_goes(server: Start, tmp_path: Path) -> None:
    client = server()
    uri = client.open(tmp_path / "train.py", BUGGY)
    (found,) = client.diagnostics(uri, version=1)
    assert found["range"] == PLACE
    assert found["severity"] == 2
    assert found["source"] == "torchlint"
    assert found["code"] == "TLN201"
    assert found["codeDescription"]["href"].endswith("/rules/TLN201")
    assert "squashed twice" in found["message"]
    assert "pass the raw logits" in found["message"]
    first, second = found["relatedInformation"]
    assert first["message"] == "the result goes into CrossEntropyLoss here"
    assert first["location"] == {"uri": uri, "range": span(10, 11, 10, 38)}
    assert second["location"]["range"]["start"]["line"] == 4
    client.change(uri, 2, {"text": CLEAN})
    assert client.diagnostics(uri, version=2) == []


def test_only_the_last_of_many_changes_is_linted(server: Start, tmp_path: Path) -> None:
    client = server()
    uri = client.open(tmp_path / "train.py", CLEAN)
    assert client.diagnostics(uri) == []
    for version in range(2, 30):
        client.change(uri, version, {"text": BUGGY + f"# {version}\n"})
    client.change(uri, 30, {"text": CLEAN + "# 30\n"})
    assert client.diagnostics(uri, version=30) == []
    told = [
        message["params"]["version"]
        for message in client.messages
        if message.get("method") == "textDocument/publishDiagnostics"
    ]
    assert told == sorted(told)
    assert told[-1] == 30
    # the first, the last, and hardly one between: a machine that is very busy may have paused in the middle
    assert len(told) < 6


def test_changes_inside_a_text(server: Start, tmp_path: Path) -> None:
    """A form feed ends no line, and a letter beyond 16 bits counts as two."""
    client = server()
    text = BUGGY.replace("criterion = ", "\f\ncriterion = ").replace("    probabilities", "    a = '🔥'; probabilities")
    uri = client.open(tmp_path / "train.py", text)
    (found,) = client.diagnostics(uri)
    start = 20 + len("a = '🔥'; ") + 1
    assert found["range"] == span(10, start, 10, start + len(SOFTMAX))
    client.change(uri, 2, {"range": found["range"], "text": "model(x)"})
    assert client.diagnostics(uri, version=2) == []
    back = span(10, start, 10, start + len("model(x)"))
    client.change(uri, 3, {"range": back, "text": ""}, {"range": span(10, start), "text": SOFTMAX})
    assert client.diagnostics(uri, version=3) == [found]


def test_an_editor_that_counts_bytes(server: Start, tmp_path: Path) -> None:
    client = server(capabilities={**CAPABILITIES, "general": {"positionEncodings": ["utf-8", "utf-16"]}})
    uri = client.open(tmp_path / "train.py", BUGGY.replace("    probabilities", "    a = 'é'; probabilities"))
    (found,) = client.diagnostics(uri)
    assert found["range"]["start"]["character"] == 20 + len("a = 'é'; ".encode())


def test_broken_code(server: Start, tmp_path: Path) -> None:
    client = server()
    uri = client.open(tmp_path / "train.py", BUGGY + "def f(:\n")
    (found,) = client.diagnostics(uri)
    assert (found["code"], found["severity"]) == ("TLN000", 1)
    assert "codeDescription" not in found
    assert client.actions(uri, found["range"]) == []
    for version, text in enumerate(
        ("import torch\n\0", "import torch\n" + "(" * 5000, "# coding: none\nimport torch", ""), 2
    ):
        client.change(uri, version, {"text": text})
        assert set(codes(client.diagnostics(uri, version))) <= {"TLN000"}
    client.change(uri, 9, {"text": BUGGY})
    assert codes(client.diagnostics(uri, version=9)) == ["TLN201"]


def test_a_file_that_is_closed(server: Start, tmp_path: Path) -> None:
    client = server()
    uri = client.open(tmp_path / "train.py", BUGGY)
    assert client.diagnostics(uri)
    client.close(uri)
    assert client.diagnostics(uri) == []
    assert client.actions(uri, PLACE) == []
    assert client.request("textDocument/hover", textDocument={"uri": uri}, position=PLACE["start"]) is None
    # changed and closed at once: nothing is said of it any more
    client.open(tmp_path / "train.py", BUGGY)
    client.change(uri, 2, {"text": BUGGY})
    client.close(uri)
    other = client.open(tmp_path / "other.py", BUGGY)
    assert client.diagnostics(other)
    last = [message for message in client.messages if message.get("params", {}).get("uri") == uri][-1]
    assert last["params"]["diagnostics"] == []


NO_PARSER = """if True:
    import sys
    class Refuse:
        def find_spec(self, name, path=None, target=None):
            if name == "torchlint.semantics.parse":
                raise RuntimeError("the parser was imported")
    sys.meta_path.insert(0, Refuse())
"""


def test_files_without_torch_cost_next_to_nothing(server: Start, tmp_path: Path) -> None:
    (tmp_path / "stubs").mkdir()
    (tmp_path / "stubs/sitecustomize.py").write_text(NO_PARSER)
    client = server(PYTHONPATH=str(tmp_path / "stubs"))
    uri = client.open(tmp_path / "web.py", "import flask\napp = flask.Flask('x')\n")
    assert client.diagnostics(uri) == []
    # not even for one that is broken: others tell of that
    client.change(uri, 2, {"text": "import flask\ndef f(:\n"})
    assert client.diagnostics(uri, version=2) == []
    # a file that is no Python is not looked at
    client.open(tmp_path / "notes.md", BUGGY, language="markdown")
    client.change(uri, 3, {"text": ""})
    assert client.diagnostics(uri, version=3) == []


def test_without_a_workspace(server: Start, tmp_path: Path) -> None:
    client = server(workspace=None, capabilities={})
    uri = client.open("untitled:Untitled-1", BUGGY)
    assert codes(client.diagnostics(uri)) == ["TLN201"]
    uri = client.open(tmp_path / "never" / "saved.py", BUGGY)
    assert codes(client.diagnostics(uri)) == ["TLN201"]
    action, _ = client.actions(uri, PLACE)
    # an editor that does not compare versions gets the simple form
    assert edited(BUGGY, action["edit"]["changes"][uri]) == CLEAN


# ------------------------------------------------------------------ project


def test_configuration(server: Start, tmp_path: Path) -> None:
    table = '[tool.torchlint]\nexclude = ["old/"]\nper-file-ignores = {"tests/*" = ["TLN2"]}\n'
    (tmp_path / "pyproject.toml").write_text(table)
    (tmp_path / ".gitignore").write_text("generated.py\n")
    client = server()
    for name in ("old/train.py", "tests/deep/train.py", ".venv/lib/train.py", "generated.py"):
        assert client.diagnostics(client.open(tmp_path / name, BUGGY)) == [], name
    silenced = BUGGY.replace(SOFTMAX, f"{SOFTMAX}  # noqa: TLN201")
    assert client.diagnostics(client.open(tmp_path / "quiet.py", silenced)) == []
    uri = client.open(tmp_path / "train.py", BUGGY)
    assert client.diagnostics(uri)
    # what can't be obeyed is said once
    for version, (text, message) in enumerate(
        (("select = ['TLN999']", "unknown rule code"), ("select = [", "TOML")), 2
    ):
        (tmp_path / "pyproject.toml").write_text(f"[tool.torchlint]\n{text}\n")
        client.change(uri, version, {"text": BUGGY})
        said = client.wait(lambda heard: heard.get("method") == "window/showMessage")["params"]
        assert message in said["message"]
        assert client.diagnostics(uri, version) == []
    (tmp_path / "pyproject.toml").write_text("[tool.torchlint]\nignore = ['TLN2']\n")
    client.change(uri, 8, {"text": BUGGY})
    assert client.diagnostics(uri, version=8) == []
    (tmp_path / "pyproject.toml").write_text("")
    change = {"uri": (tmp_path / "pyproject.toml").as_uri(), "type": 2}
    client.notify("workspace/didChangeWatchedFiles", changes=[change])
    assert codes(client.diagnostics(uri, version=8)) == ["TLN201"]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A trainer that tests in train mode, which only matters for the layers in another file."""
    folder = tmp_path / "project"
    shutil.copytree(EXAMPLES / "trainer_in_files", folder)
    return folder


def harmless(model: str) -> str:
    return model.replace("nn.BatchNorm1d(n_out), ", "").replace(", nn.Dropout(0.2)", "")


def test_changes_that_are_not_saved_count_in_other_files(server: Start, files: Path) -> None:
    client = server()
    trainer, model = (files / "trainer.py").read_text(), (files / "model.py").read_text()
    uri = client.open(files / "trainer.py", trainer)
    (found,) = client.diagnostics(uri)
    assert found["code"] == "TLN301"
    places = [info["location"] for info in found["relatedInformation"]]
    assert {"uri": (files / "main.py").as_uri(), "range": span(9, 22, 9, 39)} in places
    # the two know nothing of each other: it is main.py, which is not open, that puts them together
    other = client.open(files / "model.py", model)
    client.change(other, 2, {"text": harmless(model)})
    # a slow machine tells once more of the text as it was
    assert client.diagnostics_without(uri, [found]) == []
    client.close(other)
    assert client.diagnostics_without(uri, []) == [found]
    # mended here, broken there
    client.change(uri, 2, {"text": (EXAMPLES / "trainer_in_files_fixed/trainer.py").read_text()})
    assert client.diagnostics(uri, version=2) == []


def test_files_that_change_on_the_disk(server: Start, files: Path) -> None:
    client = server()
    uri = client.open(files / "trainer.py", (files / "trainer.py").read_text())
    (found,) = client.diagnostics(uri)
    model = files / "model.py"
    (files / "model.py").write_text(harmless(model.read_text()))
    client.notify("workspace/didChangeWatchedFiles", changes=[{"uri": model.as_uri(), "type": 2}])
    assert client.diagnostics(uri) == []
    shutil.copy(EXAMPLES / "trainer_in_files/model.py", model)
    (files / "main.py").rename(files / "start.py")
    changes = [{"uri": (files / name).as_uri(), "type": kind} for name, kind in (("main.py", 3), ("start.py", 1))]
    client.notify("workspace/didChangeWatchedFiles", changes=changes)
    assert codes(client.diagnostics(uri)) == [found["code"]]


def test_an_editor_that_watches_no_files(server: Start, files: Path) -> None:
    client = server(capabilities={})
    uri = client.open(files / "trainer.py", (files / "trainer.py").read_text())
    assert client.diagnostics(uri)
    (files / "model.py").write_text(harmless((files / "model.py").read_text()))
    client.save(uri)
    assert client.diagnostics(uri) == []


# -------------------------------------------------------------------- fixes


def test_a_fix_that_is_not_safe(server: Start, tmp_path: Path) -> None:
    client = server()
    uri = client.open(tmp_path / "train.py", BUGGY, version=7)
    (found,) = client.diagnostics(uri)
    action, _ = client.actions(uri, span(9, 25))
    assert action["title"] == "TLN201: use `model(x)`, without the softmax (unsafe)"
    assert action["kind"] == "quickfix"
    assert action["diagnostics"] == [found]
    assert not action["isPreferred"]
    (changed,) = action["edit"]["documentChanges"]
    assert changed["textDocument"] == {"uri": uri, "version": 7}
    assert edited(BUGGY, edits(action)) == CLEAN
    client.change(uri, 8, {"text": edited(BUGGY, edits(action))})
    assert client.diagnostics(uri, version=8) == []
    # elsewhere, or where other kinds are asked for, there is none
    assert client.actions(uri, PLACE) == []
    client.change(uri, 9, {"text": BUGGY})
    assert client.actions(uri, span(2, 0)) == []
    assert client.actions(uri, PLACE, "refactor") == []
    assert client.actions(uri, PLACE, "source.fixAll") == []
    assert len(client.actions(uri, PLACE, "quickfix")) == 2


UNCALLED = """\
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 16), nn.Dropout(), nn.Linear(16, 4))
model.eval
with torch.no_grad():
    print(model(torch.randn(2, 8)))
model.train
"""


def test_all_safe_fixes(server: Start, tmp_path: Path) -> None:
    client = server()
    text = UNCALLED.replace("\n", "\r\n") + BUGGY[BUGGY.index("criterion") :]
    uri = client.open(tmp_path / "train.py", text)
    assert sorted(codes(client.diagnostics(uri))) == ["TLN201", "TLN303", "TLN303"]
    for only in ("source", "source.fixAll", "source.fixAll.torchlint"):
        (action,) = client.actions(uri, span(0, 0), only)
        assert action["kind"] == "source.fixAll.torchlint"
    after = edited(text, edits(action))
    assert after == text.replace("model.eval", "model.eval()").replace("model.train", "model.train()")
    client.change(uri, 2, {"text": after})
    assert codes(client.diagnostics(uri, version=2)) == ["TLN201"]
    assert client.actions(uri, span(0, 0), "source.fixAll") == []
    # the lamp beside a line shows what mends that line
    client.change(uri, 3, {"text": text})
    action, _ = client.actions(uri, span(4, 0))
    assert action["title"].startswith("TLN303: ")
    assert "unsafe" not in action["title"]
    assert action["isPreferred"]


def test_a_fix_that_would_bring_another_bug_is_not_offered(server: Start, tmp_path: Path) -> None:
    text = BUGGY.replace("    optimizer.zero_grad()\n", "").replace("optimizer.step()", "optimizer.step")
    text = text.replace(SOFTMAX, "model(x)")
    (tmp_path / "train.py").write_text(text)
    result = run(["-m", "torchlint", "check", "--fix", "train.py"], tmp_path)
    assert "is not fixed: it would bring TLN101" in result.err
    client = server()
    uri = client.open(tmp_path / "train.py", text)
    (found,) = client.diagnostics(uri)
    assert found["code"] == "TLN303"
    (action,) = client.actions(uri, found["range"])
    assert action["title"] == "TLN303: silence it here with # noqa"
    assert client.diagnostics(client.open(tmp_path / "train.py", text, version=2), version=2) == [found]


def test_a_comment_that_silences(server: Start, tmp_path: Path) -> None:
    client = server()
    text = BUGGY.replace(SOFTMAX, f"{SOFTMAX}  # noqa: E501")
    uri = client.open(tmp_path / "train.py", text)
    assert client.diagnostics(uri)
    _, action = client.actions(uri, PLACE)
    assert action["title"] == "TLN201: silence it here with # noqa"
    assert not action["isPreferred"]
    after = edited(text, edits(action))
    assert after == text.replace("E501", "E501, TLN201")
    client.change(uri, 2, {"text": after})
    assert client.diagnostics(uri, version=2) == []


# -------------------------------------------------------------------- hover


def test_hover(server: Start, tmp_path: Path) -> None:
    client = server()
    uri = client.open(tmp_path / "train.py", BUGGY)
    shown = client.request("textDocument/hover", textDocument={"uri": uri}, position={"line": 9, "character": 30})
    assert shown["range"] == PLACE
    assert shown["contents"]["kind"] == "markdown"
    text = shown["contents"]["value"]
    assert text.startswith("**TLN201** softmax-into-cross-entropy: softmax output goes into")
    assert "\n# softmax-into-cross-entropy (TLN201)\n" in text
    assert "## Why is this bad?" in text
    nothing = client.request("textDocument/hover", textDocument={"uri": uri}, position={"line": 1, "character": 3})
    assert nothing is None


# ---------------------------------------------------------------- notebooks


def cell(tmp_path: Path, number: int) -> str:
    return f"vscode-notebook-cell:{(tmp_path / 'train.ipynb').as_posix()}#{number}"


def test_notebook(server: Start, tmp_path: Path) -> None:
    client = server()
    book = (tmp_path / "train.ipynb").as_uri()
    head, loop = BUGGY.split("\n\nfor ")
    # a whole cell that is indented, after one of commands and one that is no code
    texts = [
        "%matplotlib inline\n!pip install torch",
        "# Text",
        head,
        "".join(f"  {x}\n" for x in f"for {loop}".split("\n")),
    ]
    uris = [cell(tmp_path, number) for number in range(len(texts))]
    languages = ["python", "markdown", "python", "python"]
    client.notify(
        "notebookDocument/didOpen",
        notebookDocument={
            "uri": book,
            "notebookType": "jupyter-notebook",
            "version": 1,
            "cells": [
                {"kind": 2 if language == "python" else 1, "document": uri} for uri, language in zip(uris, languages)
            ],
        },
        cellTextDocuments=[
            {"uri": uri, "languageId": language, "version": 1, "text": text}
            for uri, language, text in zip(uris, languages, texts)
        ],
    )
    (found,) = client.diagnostics(uris[3])
    assert found["code"] == "TLN201"
    assert found["range"] == span(2, 22, 2, 52)
    assert {info["location"]["uri"] for info in found["relatedInformation"]} == {uris[2], uris[3]}
    assert client.request("textDocument/hover", textDocument={"uri": uris[3]}, position={"line": 2, "character": 30})
    action, _ = client.actions(uris[3], found["range"])
    after = edited(texts[3], edits(action))
    assert after == texts[3].replace(SOFTMAX, "model(x)")
    # typed inside a cell
    client.notify(
        "notebookDocument/didChange",
        notebookDocument={"uri": book, "version": 2},
        change={
            "cells": {
                "textContent": [
                    {
                        "document": {"uri": uris[3], "version": 2},
                        "changes": [{"range": found["range"], "text": "model(x)"}],
                    }
                ]
            }
        },
    )
    assert client.diagnostics(uris[3], version=2) == []
    # the cell with the network taken out, and one of the other kind put in its place
    change = {
        "structure": {
            "array": {"start": 2, "deleteCount": 1, "cells": [{"kind": 2, "document": cell(tmp_path, 9)}]},
            "didOpen": [{"uri": cell(tmp_path, 9), "languageId": "python", "version": 1, "text": "def f(:"}],
            "didClose": [{"uri": uris[2]}],
        }
    }
    client.notify("notebookDocument/didChange", notebookDocument={"uri": book, "version": 3}, change={"cells": change})
    client.notify("notebookDocument/didSave", notebookDocument={"uri": book})
    assert client.diagnostics(uris[2]) == []
    client.notify(
        "notebookDocument/didClose",
        notebookDocument={"uri": book},
        cellTextDocuments=[{"uri": uri} for uri in (uris[0], uris[1], cell(tmp_path, 9), uris[3])],
    )
    client.diagnostics(uris[3])
    assert client.actions(uris[3], PLACE) == []


# --------------------------------------------------------------------- life


def test_a_request_that_is_cancelled(server: Start, tmp_path: Path) -> None:
    client = server()
    uri = client.open(tmp_path / "train.py", BUGGY)
    number = client.ask("textDocument/hover", textDocument={"uri": uri}, position=PLACE["start"])
    client.notify("$/cancelRequest", id=number)
    answer = client.answer(number)
    assert answer.get("error", {}).get("code") == -32800 or answer["result"]
    assert codes(client.diagnostics(uri)) == ["TLN201"]


def test_it_ends_as_the_protocol_says(tmp_path: Path) -> None:
    client = Client(tmp_path)
    client.initialize(tmp_path)
    client.send(method="exit")
    assert client.gone() == 1
    # an editor that is gone
    client = Client(tmp_path, "--stdio")
    client.initialize(tmp_path)
    client.open(tmp_path / "train.py", BUGGY)
    client.process.stdin.close()
    assert client.gone() == 1


def test_messages_that_make_no_sense(server: Start, tmp_path: Path) -> None:
    client = server()
    number = client.ask("textDocument/somethingElse", textDocument={})
    assert client.answer(number)["error"]["code"] == -32601
    client.close((tmp_path / "unknown.py").as_uri())
    client.save((tmp_path / "unknown.py").as_uri())
    uri = client.open(tmp_path / "train.py", BUGGY)
    assert client.diagnostics(uri)


def test_without_the_library(tmp_path: Path) -> None:
    (tmp_path / "pygls.py").write_text("raise ModuleNotFoundError('none', name='pygls')\n")
    result = run(["-m", "torchlint", "server"], tmp_path)
    assert result.code == 2
    assert result.err == 'Error: the language server needs pygls 2: pip install "torchlint[server]"\n'


def test_over_a_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(["-m", "torchlint", "server", "--tcp", str(port)], tmp_path)
        assert result.code == 2
        assert result.err.startswith(f"Error: cannot listen on port {port}: ")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "torchlint", "server", "--tcp", str(port)], cwd=tmp_path)
    try:
        with connected(port) as connection:
            for message in ({"id": 1, "method": "shutdown"}, {"method": "exit"}):
                body = json.dumps({"jsonrpc": "2.0", **message}).encode()
                connection.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            assert process.wait(60) == 0
    finally:
        process.kill()


def connected(port: int) -> socket.socket:
    deadline = time.monotonic() + 60
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
