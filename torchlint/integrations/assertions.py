"""Assertions about models, for tests: each is a preflight of a few checks that have to pass.

They take what `torchlint.preflight` takes. One that can't be judged (an initial loss of a regression) fails as well: a
test that says nothing should not look as if it did. The pytest plugin has each as a fixture of the same name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torchlint.runtime.preflight import PreflightReport
    from torchlint.runtime.preflight.copies import LossFunction, Model


def assert_overfits(model: Model, loss_fn: LossFunction, batch: Any, **options: Any) -> PreflightReport:
    """A copy of the model learns one sample, and then up to 16 of the batch, by heart."""
    __tracebackhide__ = True
    return _asserted(["overfit-sample", "overfit-batch"], model, loss_fn, batch, options)


def assert_no_batch_mixing(model: Model, loss_fn: LossFunction, batch: Any, **options: Any) -> PreflightReport:
    """In eval mode, the output for a sample does not depend on the other samples of the batch."""
    __tracebackhide__ = True
    return _asserted(["batch-mixing"], model, loss_fn, batch, options)


def assert_all_parameters_learn(model: Model, loss_fn: LossFunction, batch: Any, **options: Any) -> PreflightReport:
    """Each parameter that wants a gradient gets one, and the `optimizer`, if it is given, holds it."""
    __tracebackhide__ = True
    return _asserted(["gradients"], model, loss_fn, batch, options)


def assert_eval_is_deterministic(model: Model, loss_fn: LossFunction, batch: Any, **options: Any) -> PreflightReport:
    """In eval mode, no dropout is at work, and the same random numbers give the same output."""
    __tracebackhide__ = True
    return _asserted(["eval-determinism"], model, loss_fn, batch, options)


def assert_initial_loss(model: Model, loss_fn: LossFunction, batch: Any, **options: Any) -> PreflightReport:
    """The first cross entropy is not above that of guessing."""
    __tracebackhide__ = True
    return _asserted(["initial-loss"], model, loss_fn, batch, options)


def _asserted(
    checks: list[str], model: Model, loss_fn: LossFunction, batch: Any, options: dict[str, Any]
) -> PreflightReport:
    __tracebackhide__ = True
    import torchlint

    report = torchlint.preflight(model, loss_fn, batch, checks=checks, **options)
    if report.failed or report.warnings:
        raise AssertionError(f"\n{report}")
    if not any(outcome.status == "passed" for outcome in report):
        raise AssertionError(f"it can't be judged:\n{report}")
    return report
