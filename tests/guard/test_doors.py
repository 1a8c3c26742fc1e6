"""The guard puts everything back, whatever happens in the block, and leaves others alone."""

from __future__ import annotations

import copy
import gc
import io
import pickle
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.amp.grad_scaler import GradScaler
from torch.nn.utils import clip_grad
from torch.optim import optimizer as optim

import torchlint

from .workloads import batch, mlp


def doors() -> list[Any]:
    """Everything in torch that a guard may touch."""
    return [
        torch.autograd.backward,
        torch.compile,
        clip_grad._get_total_norm,
        clip_grad._group_tensors_by_device_and_dtype,
        GradScaler.scale,
        GradScaler.unscale_,
        GradScaler.step,
        torch.optim.lr_scheduler.LRScheduler.step,
        torch.utils.data.distributed.DistributedSampler.__iter__,
        dict(optim._global_optimizer_pre_hooks),
        dict(optim._global_optimizer_post_hooks),
        torch._C._len_torch_function_stack(),
    ]


@pytest.fixture(autouse=True)
def _all_is_put_back() -> Iterator[None]:
    before = doors()
    yield
    assert doors() == before


def steps(model: nn.Module, number: int = 6, optimizer: torch.optim.Optimizer | None = None) -> None:
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(number):
        x, y = batch()
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()


def buggy_steps(model: nn.Module, number: int = 6) -> None:
    """Gradients are never cleared: TLN101."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(number):
        x, y = batch()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()


def hooks(model: nn.Module) -> list[Any]:
    return [value for module in model.modules() for name, value in vars(module).items() if "hook" in name and value]


# --------------------------------------------------------------------- ways to leave


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("number", [0, 2, 8])
def test_after_an_exception(error: type[BaseException], number: int) -> None:
    model = mlp()
    attributes = set(vars(model))
    with pytest.raises(error, match="mine"), torchlint.guard(model):
        steps(model, number)
        raise error("mine")
    assert not hooks(model)
    assert set(vars(model)) == attributes


def test_interrupted_inside_backward_and_step() -> None:
    model = mlp()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def interrupt(*args: Any) -> None:
        raise KeyboardInterrupt

    for register in (model[0].weight.register_hook, optimizer.register_step_post_hook):
        handle = register(interrupt)
        with pytest.raises(KeyboardInterrupt), torchlint.guard(model):
            steps(model, 1, optimizer)
        handle.remove()
    # nothing of it is remembered: the next guard still sees a backward pass
    with torchlint.guard(model, action="record") as guard:
        buggy_steps(model)
    assert [finding.code for finding in guard.findings] == ["TLN101"]


def test_after_its_own_error() -> None:
    model = mlp()
    with pytest.raises(torchlint.GuardError) as error, torchlint.guard(model):
        buggy_steps(model)
    assert (error.value.code, error.value.step) == ("TLN101", 3)
    assert not hooks(model)


def test_training_goes_on_after_an_error_that_was_caught() -> None:
    model, seen = mlp(), 0
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with torchlint.guard(model) as guard:
        for _ in range(10):
            x, y = batch()
            try:
                F.cross_entropy(model(x), y).backward()
                optimizer.step()
            except torchlint.GuardError:
                seen += 1
    assert seen == 1
    assert len(guard.findings) == 1


def test_start_and_stop() -> None:
    model = mlp()
    guard = torchlint.guard(model, action="record")
    guard.stop()
    assert guard.start() is guard
    buggy_steps(model)
    guard.stop()
    guard.stop()
    assert [finding.code for finding in guard.findings] == ["TLN101"]
    assert not hooks(model)
    # and once more, from the start
    guard.start()
    steps(model)
    guard.stop()
    assert not guard.findings


def test_decorator() -> None:
    model = mlp()

    @torchlint.guard(model)
    def train(train_steps: Callable[..., None], number: int) -> str:
        """Trains."""
        train_steps(model, number)
        return "done"

    assert train(steps, number=6) == "done"
    assert train.__doc__ == "Trains."
    with pytest.raises(torchlint.GuardError):
        train(buggy_steps, 6)
    assert train(steps, 2) == "done"
    assert not hooks(model)


# --------------------------------------------------------------------- several guards


def test_nested_guards_see_the_same() -> None:
    model = mlp()
    with torchlint.guard(model, action="record") as outer, torchlint.guard(model, action="record") as inner:
        buggy_steps(model)
    for guard in (outer, inner):
        assert [finding.code for finding in guard.findings] == ["TLN101"]


def test_the_outer_guard_goes_on_after_the_inner_one() -> None:
    model = mlp()
    with torchlint.guard(model, action="record") as outer:
        with torchlint.guard(model, action="record") as inner:
            steps(model, 2)
        buggy_steps(model)
    assert not inner.findings
    assert [finding.code for finding in outer.findings] == ["TLN101"]


@pytest.mark.parametrize("number", [0, 2, 8])
def test_guards_that_overlap(number: int) -> None:
    """The first one leaves first, from below the other."""
    model, other = mlp(), mlp()
    first, second = torchlint.guard(model), torchlint.guard(other)
    first.start()
    steps(model, number)
    second.start()
    steps(other, number)
    first.stop()
    steps(other, number)
    second.stop()
    assert not hooks(model)
    assert not hooks(other)


def test_guards_of_two_models() -> None:
    """Each judges the loop it is in: both models are trained there."""
    model, other = mlp(), mlp()
    with torchlint.guard(model), torchlint.guard(other):
        one, two = (torch.optim.SGD(module.parameters(), lr=0.1) for module in (model, other))
        for _ in range(8):
            steps(model, 1, one)
            steps(other, 1, two)


# --------------------------------------------------------------------- other tools


def patched(calls: list[str]) -> Callable[[], None]:
    """Another tool that wraps backward(); what is returned puts it back."""
    original = torch.autograd.backward

    def backward(*args: Any, **kwargs: Any) -> Any:
        calls.append("backward")
        return original(*args, **kwargs)

    torch.autograd.backward = backward
    return lambda: setattr(torch.autograd, "backward", original)


def test_tool_that_leaves_before_the_guard() -> None:
    calls: list[str] = []
    model = mlp()
    with torchlint.guard(model, action="record") as guard:
        put_back = patched(calls)
        buggy_steps(model)
        put_back()
    assert len(calls) == 6
    assert len(guard.findings) == 1


def test_tool_that_leaves_after_the_guard() -> None:
    """The tool puts our wrapper back, which takes itself away as soon as it is called."""
    calls: list[str] = []
    model = mlp()
    guard = torchlint.guard(model, action="record").start()
    put_back = patched(calls)
    buggy_steps(model)
    guard.stop()
    steps(model, 1)
    put_back()
    steps(model, 1)
    assert len(calls) == 7
    assert len(guard.findings) == 1


def test_guard_inside_and_around_a_tool_again() -> None:
    calls: list[str] = []
    model = mlp()
    first = torchlint.guard(model, action="record").start()
    put_back = patched(calls)
    first.stop()
    with torchlint.guard(model, action="record") as second:
        buggy_steps(model)
    put_back()
    with torchlint.guard(model, action="record") as third:
        buggy_steps(model)
    steps(model, 1)
    assert len(calls) == 6
    for guard in (second, third):
        assert [finding.code for finding in guard.findings] == ["TLN101"]


def test_default_device_and_modes_of_others() -> None:
    from torch.overrides import TorchFunctionMode

    class Counting(TorchFunctionMode):
        calls = 0

        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            Counting.calls += 1
            return func(*args, **(kwargs or {}))

    model = mlp()
    with torchlint.guard(model):
        with torch.device("cpu"):
            steps(model, 2)
        with Counting():
            steps(model, 6)
        counted = Counting.calls
        steps(model, 1)
    with Counting():
        with torchlint.guard(model):
            steps(model, 2)
        before = Counting.calls
        steps(model, 1)
        assert Counting.calls > before > counted


def test_under_a_default_device_operations_are_heard() -> None:
    model = mlp()
    torch.set_default_device("cpu")
    try:
        with torchlint.guard(model, action="record") as guard:
            torch.full((4,), 10, dtype=torch.uint8) - 20
    finally:
        torch.set_default_device(None)
    assert [finding.code for finding in guard.findings] == ["TLN502"]


# --------------------------------------------------------------------- threads and processes


def test_another_thread_is_left_alone() -> None:
    """It trains another model, wrongly, and that is not what was asked for."""
    model, errors = mlp(), []

    def work() -> None:
        try:
            buggy_steps(mlp())
            torch.full((4,), 10, dtype=torch.uint8) - 20
        except BaseException as error:
            errors.append(error)

    with torchlint.guard(model, action="record") as guard:
        thread = threading.Thread(target=work)
        thread.start()
        steps(model)
        thread.join()
    assert not errors
    assert not guard.findings


def test_guards_in_two_threads() -> None:
    codes: dict[int, list[str]] = {}

    def work(number: int, train: Callable[..., None]) -> None:
        model = mlp()
        with torchlint.guard(model, action="record") as guard:
            train(model, 8)
        codes[number] = [finding.code for finding in guard.findings]

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate((steps, buggy_steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == {0: [], 1: ["TLN101"]}


# --------------------------------------------------------------------- the model


class Own(nn.Linear):
    """Says itself what is pickled."""

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "own": True}


@pytest.mark.parametrize("make", [mlp, lambda: Own(8, 4)])
def test_copies_and_pickles_are_as_without_a_guard(make: Callable[[], nn.Module]) -> None:
    model = make()
    own_hook = model.register_forward_pre_hook(print_nothing)
    pickled, keys = pickle.dumps(model), list(model.state_dict())
    with torchlint.guard(model), torchlint.guard(model):
        assert pickle.dumps(model) == pickled
        assert list(model.state_dict()) == keys
        copied = copy.deepcopy(model)
        inside = copy.deepcopy(nn.Sequential(model))
        file = io.BytesIO()
        torch.save(model, file)
        steps(copied)
    for other in (copied, inside[0], pickle.loads(pickled)):
        assert list(other._forward_pre_hooks.values()) == [print_nothing]
        assert "__getstate__" not in vars(other)
    file.seek(0)
    assert hooks(torch.load(file, weights_only=False)) == hooks(model)
    assert pickle.dumps(model) == pickled
    own_hook.remove()
    assert not hooks(model)


def print_nothing(module: nn.Module, args: Any) -> None:
    """A hook of the user's own."""


def test_hooks_of_the_user_survive() -> None:
    model, calls = mlp(), []
    early = model.register_forward_pre_hook(lambda *_: calls.append("early"))
    with torchlint.guard(model):
        late = model.register_forward_hook(lambda *_: calls.append("late"))
        early.remove()
        steps(model, 1)
    steps(model, 1)
    assert calls == ["late", "late"]
    late.remove()
    assert not hooks(model)


@pytest.mark.parametrize("train", [steps, buggy_steps])
def test_nothing_is_kept_alive(train: Callable[..., None]) -> None:
    gc.collect()
    gc.disable()
    try:
        model = mlp()
        with torchlint.guard(model, action="record") as guard:
            train(model)
            model.eval()
            with torch.no_grad():
                x = torch.randn(4, 8)
                model(x)
            held = [weakref.ref(thing) for thing in (model, x, *model.parameters())]
            held += [weakref.ref(p.grad) for p in model.parameters() if p.grad is not None]
            del x
        del model
        # without the garbage collector: no cycle keeps a model on its device
        assert [thing() for thing in held] == [None] * len(held)
        with pytest.raises(RuntimeError, match="does not exist any more"):
            guard.start()
    finally:
        gc.enable()


def test_batches_are_not_kept_after_their_step() -> None:
    model = mlp()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with torchlint.guard(model):
        for _ in range(8):
            x, y = batch()
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
            held = weakref.ref(x)
            del x
            assert held() is None


def test_optimizers_that_are_thrown_away_are_not_kept() -> None:
    """A new optimizer for each task, as in meta learning."""
    held = []
    with torchlint.guard(mlp()):
        for _ in range(20):
            task = mlp()
            optimizer = torch.optim.Adam(task.parameters(), lr=0.01)
            steps(task, 2, optimizer)
            held.append(weakref.ref(optimizer))
            del task, optimizer
        gc.collect()
        assert sum(reference() is not None for reference in held) <= 1


# --------------------------------------------------------------------- telling


def test_a_callable_gets_each_finding_and_may_raise() -> None:
    model = mlp()

    class Mine(Exception):
        pass

    def tell(finding: Any) -> None:
        raise Mine(finding.code)

    with pytest.raises(Mine, match="TLN101"), torchlint.guard(model, action=tell):
        buggy_steps(model)


def test_warnings_may_be_errors() -> None:
    model = mlp()
    with warnings.catch_warnings(), pytest.raises(torchlint.GuardWarning, match="TLN101"):
        warnings.simplefilter("error")
        with torchlint.guard(model, action="warn"):
            buggy_steps(model)


def test_an_error_of_the_block_is_not_hidden_by_a_finding() -> None:
    model = mlp()
    with pytest.raises(ValueError, match="mine"), torchlint.guard(model):
        for _ in range(8):
            x, y = batch()
            F.cross_entropy(model(x), y).backward()
        raise ValueError("mine")
