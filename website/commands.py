"""The commands with all of their options, from the command line itself."""

from __future__ import annotations

import inspect

import click

from torchlint.cli import command as torchlint


def pages() -> dict[str, str]:
    context = click.Context(torchlint, info_name="torchlint")
    parts = ["# Commands\n\nMade from the program itself; `--help` shows the same.\n"]
    for name in torchlint.list_commands(context):
        command = torchlint.get_command(context, name)
        if command is not None:
            parts.append(_section(command, click.Context(command, info_name=name, parent=context)))
    return {"commands.md": "\n".join(parts)}


def _section(command: click.Command, context: click.Context) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    records = [
        record
        for parameter in command.params
        if isinstance(parameter, click.Option) and (record := parameter.get_help_record(context)) is not None
    ]
    rows = [f"| `{names}` | {_cell(text)} |" for names, text in records]
    table = "\n".join(["| option | meaning |", "|---|---|", *rows])
    about = " ".join(inspect.cleandoc(command.help or "").split())
    examples = inspect.cleandoc((command.epilog or "").replace("\b\n", ""))
    epilog = f"\n```text\n{examples}\n```\n" if examples else ""
    return f"## {command.name}\n\n```text\n{usage}\n```\n\n{about}\n\n{table}\n{epilog}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
