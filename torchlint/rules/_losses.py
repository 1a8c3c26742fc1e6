"""What TLN201, TLN202 and TLN203 share: a value of the wrong kind that reaches a loss."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.rules._logits import use_logits
from torchlint.rules.base import Problem
from torchlint.semantics.knowledge.activations import LINEAR
from torchlint.semantics.knowledge.losses import BINARY_LOGITS, LOGITS
from torchlint.semantics.losses import loss_uses

if TYPE_CHECKING:
    from torchlint.semantics.activations import Activation
    from torchlint.semantics.losses import LossUse
    from torchlint.semantics.module import Module, Site

#: A file without one of these computes no loss that the engine knows.
TRIGGERS = (
    b"ross_entropy",
    b"rossEntropy",
    b"ultiMarginLoss",
    b"oft_margin_loss",
    b"SoftMarginLoss",
    b"nll_loss",
    b"NLLLoss",
    b"kl_div",
    b"KLDiv",
    b"WithLogits",
    b"with_logits",
    b"focal_loss",
    b"criterion",
    b"loss",
)


def mismatches(module: Module, expects: str, kinds: frozenset[str]) -> Iterator[tuple[LossUse, Activation]]:
    """Losses of `module` that expect `expects` and get a value that ends in one of `kinds`, each place once."""
    seen: set[tuple[int, int]] = set()
    for use in loss_uses(module):
        if use.expects != expects:
            continue
        makers = {id(item.maker) for item in use.inputs}
        if not use.alone and len(makers) > 1:
            continue  # several models and several losses: which goes with which is not known
        for item in use.inputs:
            if item.kind not in kinds or not item.sure or item.site is None:
                continue
            key = (id(item.site.module), item.site.n)
            if key not in seen:
                seen.add(key)
                yield use, item


def story(module: Module, use: LossUse, item: Activation, applied: str) -> tuple[Site, tuple[tuple[Site, str], ...]]:
    """Where to report, and the other ends: at the activation if it is in this file, else at the loss."""
    assert item.site is not None
    related: list[tuple[Site, str]] = []
    if item.site.module is module and item.kind != LINEAR:
        site = item.site
        related.append((use.site, f"the result goes into {use.name} here"))
    else:
        site = use.site
        related.append((item.site, f"{applied} is applied here"))
    if item.layer is not None and item.layer.n != item.site.n:
        layer = applied if item.kind == LINEAR else f"the {applied} layer"
        related.append((item.layer, f"{layer} is created here"))
    if use.criterion is not None:
        related.append((use.criterion, f"{use.name}, which expects {use.expects}, is created here"))
    return site, tuple(related)


def problem(module: Module, use: LossUse, item: Activation, applied: str, message: str, help: str) -> Problem:
    site, related = story(module, use, item, applied)
    fix = partial(use_logits, module, use, item) if use.expects in (LOGITS, BINARY_LOGITS) else None
    return Problem(site, message, help, related, fix)
