"""One bug, one code, two detectors: the checks and the pages agree."""

from __future__ import annotations

from torchlint.rules import all_rules
from torchlint.runtime.checks import all_checks


def test_every_check_has_a_page_that_says_so() -> None:
    guarded = {rule.code for rule in all_rules() if rule.guarded}
    assert guarded == {check.code for check in all_checks()}


def test_every_check_listens_to_something() -> None:
    for check in all_checks():
        assert any(name.startswith("on_") for name in vars(check)), check.code
        assert check.__doc__
