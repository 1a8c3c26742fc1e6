from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.functions import Class, Function
from torchlint.semantics.layers import is_module_class, is_parameter, own_attribute, own_frame
from torchlint.semantics.nodes import Attr, Call, Const, Element, Item, Node, Starred, strip
from torchlint.semantics.operations import Operations, called_name
from torchlint.semantics.values import External, FunctionValue, Instance

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module
    from torchlint.semantics.values import Context

#: What gives memory as it is.
_EMPTY = frozenset({"empty", "empty_like", "new_empty", "empty_strided"})
_TENSORS = frozenset({"Tensor", "FloatTensor", "DoubleTensor", "HalfTensor"})

#: Methods that give the same numbers in another place or dtype.
_FLUENT = frozenset({"to", "cuda", "float", "double", "half", "cpu", "requires_grad_"})

#: Calls over all parameters or modules, in which any parameter may be set.
_ALL = frozenset(
    {
        "parameters", "named_parameters", "modules", "named_modules", "children", "named_children", "_parameters",
        "state_dict", "load_state_dict", "register_load_state_dict_pre_hook",
    }
)  # fmt: skip

#: In-place functions that leave the numbers of a parameter as they are.
_LEAVING = ("clip_", "requires_grad", "share_memory", "zero_grad", "__")

#: Bases that set no parameter.
_BARE_BASES = frozenset({"torch.nn.Module", "torch.nn.modules.Module", "torch.nn.modules.module.Module", "abc.ABC"})

#: Functions that a parameter is only used by.
_USING = ("torch.nn.functional.", "torch.")


class UninitializedParameter(StaticRule):
    """
    ## What it does
    Finds parameters of a module that are made of memory as it is (`torch.empty`, `torch.Tensor(n, m)`), and that
    nothing in the project sets: no `init` function, no in-place method, no assignment, no loop over `parameters()`.

    ## Why is this bad?
    The parameter starts with what lies in memory: zeros, what another tensor left there, huge numbers or NaN. Training
    starts elsewhere in each run, now and then it fails, and no seed helps.

    ## Example
    ```python
    self.weight = nn.Parameter(torch.empty(width, width))
    ```

    ## Use instead
    ```python
    self.weight = nn.Parameter(torch.empty(width, width))
    nn.init.xavier_uniform_(self.weight)
    ```

    ## Known problems
    This rule is opt-in: code that only runs networks whose weights are loaded from a file has no need to set them, and
    the file may be loaded in ways that source doesn't show.

    ## References
    - [torch.empty](https://pytorch.org/docs/stable/generated/torch.empty.html)
    - [torch.nn.init](https://pytorch.org/docs/stable/nn.init.html)
    """

    code = "TLN607"
    name = "uninitialized-parameter"
    default = False
    triggers = (b"Parameter(",)

    def check(self, module: Module) -> Iterator[Problem]:
        if module.is_test or not module.calls_by_name.get("Parameter"):
            return  # in tests of software, any numbers will do
        for cls in module.classes:
            found = list(_uninitialized(module, cls))
            if not found or not _is_plain_module(module.evaluator, cls):
                continue
            own = _functions_around(module, cls)
            # who goes through all parameters of a network sets those of its parts
            loops = [item for sign in ("parameters", "modules") for item in _mentioning(module, sign)]
            if any(_asks_for_all(item) for item in own) or any(map(_sets_all, loops)):
                continue
            for name, parameter, made in found:
                if any(_sets(module.evaluator, item, name) for item in (*own, *_mentioning(module, name))):
                    continue
                written = module.text(made) or "the tensor"
                yield Problem(
                    module.site(parameter),
                    f"`self.{name}` is never initialized: `{written}` is memory as it is, and the parameter starts "
                    "with whatever lies there",
                    f"initialize it, for instance `nn.init.xavier_uniform_(self.{name})`, or write `torch.zeros`",
                )


def _uninitialized(module: Module, cls: Class) -> Iterator[tuple[str, Call, Call]]:
    """The parameters of a class that are made of empty tensors: name, the parameter and its tensor."""
    for method in cls.methods.values():
        for store in method.stores:
            name, value = own_attribute(store, method), strip(store.value)
            if name is None or not isinstance(value, Call) or called_name(value) != "Parameter":
                continue
            frame = own_frame(module.evaluator, method)
            if not all(is_parameter(item) for item in module.evaluator.values(value, frame)):
                continue
            made = _empty(module.evaluator, value, frame)
            if made is not None and _is_only_kept(method, value, made):
                yield name, value, made


def _empty(evaluator: Evaluator, parameter: Call, frame: Context | None) -> Call | None:
    """The call that makes the tensor of a parameter, if it leaves its numbers open."""
    flag = parameter.args[1] if len(parameter.args) > 1 else parameter.keyword("requires_grad")
    if flag is not None and evaluator.constant(flag, frame) is not True:
        return None
    node = parameter.args[0] if parameter.args else parameter.keyword("data")
    node = strip(node) if node is not None else None
    while isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name in _FLUENT:
        node = strip(node.func.base)
    if not isinstance(node, Call) or any(evaluator.constant(arg, frame) == 0 for arg in node.args):
        return None
    if isinstance(node.func, Attr) and node.func.name == "new_empty":
        return node
    for value in evaluator.values(node.func, frame):
        if not isinstance(value, External) or not value.name.startswith("torch."):
            return None
        sizes = len(node.args) > 1 or any(
            isinstance(arg, Starred) or type(evaluator.constant(arg, frame)) is int for arg in node.args
        )
        if value.last not in _EMPTY and not (value.last in _TENSORS and sizes):
            return None
    return node


def _is_only_kept(method: Function, parameter: Call, made: Call) -> bool:
    """Whether neither the parameter nor its tensor goes anywhere but into the attribute."""
    operations = Operations(method)
    tensor: Node = made
    for _ in range(6):
        takers = operations.takers_of(tensor)
        if len(takers) != 1:
            return False
        if takers[0] is parameter:
            return not operations.takers_of(parameter)
        tensor = takers[0]
    return False


def _is_plain_module(evaluator: Evaluator, cls: Class) -> bool:
    """Whether a class derives from nn.Module and nothing else outside the project that may set its parameters."""
    bases = evaluator.external_bases(cls)
    return is_module_class(evaluator, cls) and bases <= _BARE_BASES and not _has_unknown_base(evaluator, cls)


def _has_unknown_base(evaluator: Evaluator, cls: Class) -> bool:
    return any(
        not evaluator.values(base, None) or any(isinstance(v, Instance) for v in evaluator.values(base, None))
        for owner in evaluator.mro(cls)
        for base in owner.bases
    )


def _functions_around(module: Module, cls: Class) -> list[Function]:
    """The functions of the class, of its bases and of the classes derived from it."""
    evaluator = module.evaluator
    classes = list(evaluator.mro(cls))
    for other in evaluator.callers.around(module, cls.name):
        classes += [item for item in other.classes if item is not cls and cls in evaluator.mro(item)]
    return [method for item in classes for method in item.methods.values()]


def _mentioning(module: Module, name: str) -> Iterator[Function]:
    """The functions of the file, and of those that import it and mention the name."""
    for other in module.evaluator.callers.around(module, name):
        yield from other.functions


def _sets(evaluator: Evaluator, function: Function, name: str) -> bool:
    """Whether a function may set the parameters of that name, or any parameters."""
    for store in function.stores:
        target: Node = store.target
        value_is_parameter = isinstance(strip(store.value), Call) and called_name(strip(store.value)) == "Parameter"  # type: ignore[arg-type]
        if isinstance(target, Attr) and target.name == name and value_is_parameter:
            continue
        # `self.weight.requires_grad = False`: it is given its numbers elsewhere
        if _leads_to(target, name) or (isinstance(target, Attr) and _leads_to(target.base, name)):
            return True
    for call in function.calls:
        called = called_name(call)
        if called in ("getattr", "setattr", "__setattr__") or _names(call, name):
            return True
        if called == "apply" and _may_set_all(evaluator, call, name):
            return True
        func = call.func
        if isinstance(func, Attr) and _leads_to(func.base, name) and (called.endswith("_") or "init" in called):
            return True
        if any(_leads_to(arg, name) for arg in (*call.args, *(value for _, value in call.keywords))):
            if called.endswith("_") or not _only_uses(evaluator, call):
                return True
    return False


def _asks_for_all(function: Function) -> bool:
    """Whether a function of a module looks at whatever parameters it has."""
    return any(called_name(call) in _ALL for call in function.calls)


def _sets_all(function: Function) -> bool:
    """Whether a function sets whatever parameters a network has."""
    setting = (called_name(call) for call in function.calls)
    return _asks_for_all(function) and any(n.endswith("_") and not n.startswith(_LEAVING) for n in setting)


def _names(call: Call, name: str) -> bool:
    """Whether the parameter is named by a string."""
    return any(isinstance(arg, Const) and arg.value == name for arg in call.args)


def _may_set_all(evaluator: Evaluator, call: Call, name: str) -> bool:
    """Whether what `net.apply(function)` applies may set the parameter."""
    values = evaluator.values(call.args[0], None) if call.args else ()
    applied = [value.function for value in values if isinstance(value, FunctionValue)]
    if not applied or len(applied) < len(values):
        return True
    return any(_asks_for_all(function) or _sets(evaluator, function, name) for function in applied)


def _only_uses(evaluator: Evaluator, call: Call) -> bool:
    """Whether a call computes something from its arguments and leaves them alone."""
    values = evaluator.values(call.func, None)
    if any(isinstance(value, External) and ".init." in value.name for value in values):
        return False
    known = [isinstance(value, External) and value.name.startswith((*_USING, "builtins.")) for value in values]
    if known and all(known):
        return True
    # a method of a tensor
    return isinstance(call.func, Attr) and not any(isinstance(value, (FunctionValue, Instance)) for value in values)


def _leads_to(node: Node, name: str) -> bool:
    """Whether a value is an attribute of that name, or a part of it."""
    for _ in range(6):
        node = strip(node)
        if isinstance(node, Attr):
            if node.name == name:
                return True
            if node.name not in ("data", "T", "mT"):
                return False
            node = node.base
        elif isinstance(node, (Item, Element)):
            node = node.base
        else:
            return False
    return False
