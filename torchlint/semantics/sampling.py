"""Samplers that shuffle for several processes, and whether anybody tells them the epoch (TLN701)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.nodes import Call, Const
from torchlint.semantics.operations import called_name
from torchlint.semantics.options import Options
from torchlint.semantics.stepping import looped_over
from torchlint.semantics.values import Instance

if TYPE_CHECKING:
    from torchlint.semantics.execution import Region, Walk
    from torchlint.semantics.module import Site
    from torchlint.semantics.training import State, TrainingListener


class Sampling:
    """The samplers behind the batches that one walk trains on."""

    def __init__(self, listener: TrainingListener) -> None:
        self._listener = listener
        self._options = Options(listener.evaluator)
        #: by sampler: the loader that draws from it, and the backward in the loop over that
        self._trained: dict[Instance, tuple[Call, Call]] = {}
        #: a sampler was told the epoch, or some other object that may hand it on
        self._told = False

    def told(self) -> None:
        self._told = True

    def backward(self, call: Call, walk: Walk[State]) -> None:
        """A backward; of interest inside a loop over a loader that stands in another loop."""
        loops = [region for region in walk.regions if region.loop is not None]
        if len(loops) < 2 or self._told or (walk.context is None and loops[-1].function is not walk.function):
            return
        inner = loops[-1]
        assert inner.loop is not None
        context = walk.context.of(inner.function) if walk.context is not None else None
        if inner.loop.kind != "for" or (context is None and walk.context is not None):
            return
        if all(self._runs_once(region, walk) for region in loops[:-1]):
            return
        evaluator = self._listener.evaluator
        for loader in evaluator.values(looped_over(inner.loop.source), context):
            if not isinstance(loader, Instance) or loader.name != "torch.utils.data.DataLoader" or loader.call is None:
                continue
            sampler = loader.call.keyword("sampler")
            for value in evaluator.values(sampler, loader.context) if sampler is not None else ():
                if isinstance(value, Instance) and value.call is not None and _shuffles(value):
                    self._trained.setdefault(value, (loader.call, call))

    def _runs_once(self, region: Region, walk: Walk[State]) -> bool:
        """Whether a loop has one round as a rule: `for epoch in range(args.epochs)` in a demonstration."""
        context = walk.context.of(region.function) if walk.context is not None else None
        source = region.loop.source if region.loop is not None else None
        if not isinstance(source, Call) or called_name(source) not in ("range", "trange") or len(source.args) != 1:
            return False
        return self._options.constant(source.args[0], context) == 1

    def ended(self, walk: Walk[State]) -> None:
        """The whole program was walked."""
        if self._told or not walk.complete or not self._listener.stepping.may_have_stepped:
            return  # gradients are taken of an evaluation, say
        for sampler, (loader, backward) in self._trained.items():
            assert sampler.call is not None
            if any(_mentions(call) for call in (sampler.call, loader, backward)):
                continue
            here, there = (_site(sampler.call), "the sampler"), (_site(backward), "trained on its batches here")
            # told in the file that trains: who looks at the other one sees no loop
            shown, other = (here, there) if here[0].module is there[0].module else (there, here)
            self._listener.report("same-order", shown[0], "", other, (_site(loader), "the loader that draws from it"))


def _shuffles(sampler: Instance) -> bool:
    if not sampler.name.startswith("torch.utils.data") or sampler.last != "DistributedSampler" or sampler.call is None:
        return False
    shuffle = sampler.call.keyword("shuffle")
    if sampler.call.keyword("seed") is not None:
        # another way to another order
        return False
    return shuffle is None or (isinstance(shuffle, Const) and shuffle.value is True)


def _mentions(call: Call) -> bool:
    """Whether the file of a call tells some sampler the epoch, in code that was perhaps not walked."""
    return any("set_epoch" in name for name in call.function.module.calls_by_name)


def _site(call: Call) -> Site:
    return call.function.module.site(call)
