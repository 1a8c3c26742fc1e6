"""JUnit's XML, which most CI servers show: a suite per file, a failed test per finding."""

from __future__ import annotations

import re
import xml.etree.ElementTree as xml
from itertools import groupby
from pathlib import PurePath
from typing import TextIO

from torchlint.findings import Finding
from torchlint.output import Report, place, told
from torchlint.texts import Texts

#: What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, out: TextIO) -> None:
    count = len(report.findings)
    suites = xml.Element("testsuites", name="torchlint", tests=str(max(count, 1)), failures=str(count), errors="0")
    for path, group in groupby(report.findings, key=lambda finding: finding.location.path):
        findings = list(group)
        suite = _suite(suites, _writable(path), len(findings), len(findings))
        for finding in findings:
            _add_case(suite, finding, report.texts)
    if not report.findings:
        # some servers take a report without tests for a broken one
        xml.SubElement(
            _suite(suites, "torchlint", 1, 0), "testcase", name="no silent bugs found", classname="torchlint"
        )
    xml.indent(suites)
    out.write('<?xml version="1.0" encoding="utf-8"?>\n')
    out.write(xml.tostring(suites, encoding="unicode") + "\n")


def _suite(suites: xml.Element, name: str, tests: int, failures: int) -> xml.Element:
    return xml.SubElement(
        suites, "testsuite", name=name, tests=str(tests), failures=str(failures), errors="0", skipped="0"
    )


def _add_case(suite: xml.Element, finding: Finding, texts: Texts) -> None:
    location, span = finding.location, texts.span(finding.location)
    path = _writable(location.path)
    case = xml.SubElement(
        suite,
        "testcase",
        name=f"{finding.code} {finding.name} ({place(location)})",
        classname=PurePath(path).with_suffix("").as_posix().replace("/", "."),
        file=path,
        line=str(span.row),
    )
    failure = xml.SubElement(case, "failure", type=finding.code, message=_writable(told(finding)))
    related = [f"{other.location.path}:{place(other.location)}: {other.message}" for other in finding.related]
    lines = [f"{path}:{place(location)}: {finding.code} {finding.message}", *related, finding.help, finding.url]
    failure.text = _writable("\n".join(line for line in lines if line))


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
