"""What calls give: objects, what a function returns, what libraries hand back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.knowledge import transparent
from torchlint.semantics.layers import is_module
from torchlint.semantics.nodes import Attr, Call, Free, Param, Starred
from torchlint.semantics.values import (
    Arguments,
    Bound,
    ClassValue,
    Constant,
    Container,
    Context,
    External,
    FunctionValue,
    Instance,
    Opaque,
    Value,
    Values,
    plain,
)

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator

#: Frames on top of each other.
MAX_DEPTH = 14

#: Methods that give back the module or tensor they are called on.
_FLUENT = frozenset(
    {
        "to", "cuda", "cpu", "xpu", "npu", "mps", "eval", "train", "float", "double", "half", "bfloat16", "type",
        "requires_grad_", "apply", "share_memory", "to_empty", "compile", "to_device",
    }
)  # fmt: skip


class Calls:
    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    def param(self, param: Param, context: Context | None) -> Values:
        function = param.function
        frame = context.of(function) if context is not None else None
        if param.index == 0 and function.is_method and not self.evaluator.is_static(function):
            if frame is not None and frame.self_value is not None:
                return (frame.self_value,)
            assert function.cls is not None
            if self.evaluator.is_classmethod(function):
                return (self.evaluator.intern(ClassValue, function.cls),)
            return (self.evaluator.some_instance(function.cls),)
        if frame is None or frame.call is None:
            return self._unbound(param, context)
        arguments = self.arguments(frame.call, frame.caller)
        offset = self._offset(function, frame)
        if param.kind == "args":
            rest = tuple(arguments.positional[max(param.index - offset, 0) :])
            return (Container("args", param, frame, rest, None, arguments.exact),)
        if param.kind == "kwargs":
            taken = {p.name for p in function.params}
            keys: dict[object, Bound] = {k: v for k, v in arguments.keywords.items() if k not in taken}
            return (Container("kwargs", param, frame, (), keys, arguments.exact),)
        bound = self.argument(param, context)
        return self.evaluator.values(*bound) if bound is not None else self._unbound(param, context)

    def argument(self, param: Param, context: Context | None) -> Bound | None:
        """What the frame of the parameter's function binds it to: an argument or the default."""
        frame = context.of(param.function) if context is not None else None
        if frame is None or frame.call is None:
            return None
        arguments = self.arguments(frame.call, frame.caller)
        offset = self._offset(param.function, frame)
        bound = arguments.bound(param, offset)
        if bound is None and arguments.exact and param.default is not None:
            return param.default, None
        return bound

    def _offset(self, function: Function, frame: Context) -> int:
        """How many parameters of a function stand before those that its call gives: `self`, or `cls`."""
        if self.evaluator.is_static(function):
            return 0
        return int(frame.self_value is not None or self.evaluator.is_classmethod(function))

    def _unbound(self, param: Param, context: Context | None) -> Values:
        """A parameter that no known call gives a value: what its default and annotation say of it."""
        if param.default is not None:
            known = [
                value
                for value in self.evaluator.values(param.default, None)
                if isinstance(value, (Instance, ClassValue, FunctionValue, External))
            ]
            if known:
                return tuple(known)
        if param.annotation is not None:
            for value in self.evaluator.values(param.annotation, None):
                if isinstance(value, ClassValue):
                    return (self.evaluator.some_instance(value.cls),)
                if isinstance(value, External) and transparent.is_class(value.name) and value.last != "Module":
                    return (self.evaluator.intern(Instance, None, value.name, None, None),)
        return (self.evaluator.opaque(param, context.of(param.function) if context else None),)

    def arguments(self, call: Call, caller: Context | None) -> Arguments:
        positional: list[Bound] = []
        keywords: dict[str, Bound] = {}
        exact = True
        for arg in call.args:
            if not isinstance(arg, Starred):
                if exact:
                    positional.append((arg, caller))
                continue
            spread = self.evaluator.values(arg.base, caller)
            if len(spread) == 1 and isinstance(spread[0], Container) and spread[0].exact and spread[0].keys is None:
                positional += self.evaluator.grown(spread[0], call.guards)
            else:
                exact = False
        for name, value in call.keywords:
            if name is not None:
                keywords[name] = (value, caller)
                continue
            spread = self.evaluator.values(value, caller)
            if len(spread) == 1 and isinstance(spread[0], Container) and spread[0].keys is not None:
                keywords.update({k: v for k, v in spread[0].keys.items() if isinstance(k, str)})
                exact = exact and spread[0].exact
            else:
                exact = False
        return Arguments(positional, keywords, exact)

    def callees(self, call: Call, context: Context | None) -> Values:
        """What a call may call: of several, those that can be called with its arguments."""
        callees = self.evaluator.values(call.func, context)
        if len(callees) < 2:
            return callees
        return tuple(callee for callee in callees if self._takes(callee, call, context)) or callees

    def _takes(self, callee: Value, call: Call, context: Context | None) -> bool:
        """Whether a call could be one of `callee`, by the number and the names of its arguments."""
        if not isinstance(callee, (FunctionValue, ClassValue, Instance)):
            return True
        frame = self.entered(callee, call, context)
        if frame is None or frame.function.decorators:
            return True
        function = frame.function
        arguments, offset = self.arguments(call, context), self._offset(function, frame)
        kinds = {param.kind for param in function.params}
        plain = [param for param in function.params if param.kind == "plain"][offset:]
        if "args" not in kinds and len(arguments.positional) > len(plain):
            return False
        named = {param.name for param in function.params if param.kind in ("plain", "keyword")}
        if "kwargs" not in kinds and not named.issuperset(arguments.keywords):
            return False
        needed = [param for param in function.params[offset:] if param.name in named and param.default is None]
        return not arguments.exact or all(arguments.bound(param, offset) is not None for param in needed)

    def call(self, node: Call, context: Context | None) -> Values:
        results: list[Value] = []
        for callee in self.callees(node, context):
            results += self.called(callee, node, context)
        return tuple(results)

    def called(self, callee: Value, call: Call, context: Context | None) -> Values:
        """What `call` gives if it calls `callee`."""
        if isinstance(callee, ClassValue):
            return (self.evaluator.intern(Instance, callee.cls, "", call, plain(context)),)
        if isinstance(callee, External):
            return self._external_call(callee, call, context)
        entered = self.entered(callee, call, context)
        if entered is not None:
            if isinstance(callee, Instance) and entered.function.name == "forward":
                return (self.evaluator.opaque(call, context),)
            return self.returned(entered.function, entered) or (self.evaluator.opaque(call, context),)
        if isinstance(call.func, Attr) and isinstance(callee, Opaque):
            return self._method_call(call.func, call, context)
        return (self.evaluator.opaque(call, context),)

    def entered(self, callee: Value, call: Call, context: Context | None) -> Context | None:
        """The frame that calling `callee` opens, None if that is no code of the project."""
        if context is not None and context.depth >= MAX_DEPTH:
            return None
        if isinstance(callee, Opaque) and isinstance(call.func, Attr):
            found = self.super_method(call.func, context)
            return self.evaluator.frame(found[0], call, context, found[1]) if found is not None else None
        if isinstance(callee, FunctionValue):
            function = callee.function
            if context is not None and self._recursive(context, function):
                return None
            return self.evaluator.frame(function, call, context, callee.self_value, callee.closure)
        if isinstance(callee, Instance) and callee.cls is not None:
            for name in ("forward", "__call__"):
                method = self.evaluator.find_method(callee.cls, name)
                if method is not None:
                    return self.evaluator.frame(method, call, context, callee)
        if isinstance(callee, ClassValue):
            method = self.evaluator.find_method(callee.cls, "__init__")
            if method is not None:
                instance = self.evaluator.intern(Instance, callee.cls, "", call, plain(context))
                return self.evaluator.frame(method, call, context, instance)
        return None

    def _recursive(self, context: Context, function: Function) -> bool:
        frame: Context | None = context
        while frame is not None:
            if frame.function is function and frame.picked is None:
                return True
            frame = frame.caller
        return False

    def returned(self, function: Function, frame: Context | None) -> Values:
        """What a function returns in `frame`; empty for a generator or a function without a return."""
        results: list[Value] = []
        for item in function.returns:
            if item.yielded:
                return ()
            if self.evaluator.feasible(item.guards, frame):
                results += self.evaluator.values(item.value, frame)
        return self.evaluator.distinct(results)

    def _copy(self, value: Value, call: Call, context: Context | None) -> Value:
        """What a call makes that copies a value: another object, whatever it is."""
        if isinstance(value, Instance):
            return self.evaluator.intern(Instance, value.cls, value.name, call, plain(context), value)
        return self.evaluator.opaque(call, context) if isinstance(value, Opaque) else value

    def _external_call(self, callee: External, call: Call, context: Context | None) -> Values:
        if transparent.is_copy(callee.name) and call.args:
            return self.evaluator.distinct(
                [self._copy(value, call, context) for value in self.evaluator.values(call.args[0], context)]
            )
        wrapped = transparent.wrapped_argument(callee.name)
        if wrapped is not None:
            inner = call.args[0] if call.args else call.keyword(wrapped)
            if inner is not None:
                return self.evaluator.values(inner, context)
        if callee.name == "builtins.super" and context is not None:
            return (self.evaluator.opaque(call, context),)
        if callee.name == "functools.partial" and call.args:
            return self.evaluator.values(call.args[0], context)
        if callee.name == "builtins.getattr" and len(call.args) >= 2:
            found = self._getattr(call, context)
            if found:
                return found
        if callee.name in ("builtins.list", "builtins.tuple", "builtins.reversed") and len(call.args) == 1:
            inner_values = self.evaluator.values(call.args[0], context)
            if all(isinstance(value, Container) for value in inner_values):
                return inner_values
        if callee.name in ("builtins.dict", "argparse.Namespace") and not call.args:
            keys: dict[object, Bound] = {k: (v, context) for k, v in call.keywords if k is not None}
            return (
                self.evaluator.containers.container(
                    "dict", call, context, (), keys, all(k is not None for k, _ in call.keywords)
                ),
            )
        made = transparent.made_class(callee.name)
        if made is not None:
            return (self.evaluator.intern(Instance, None, made, call, plain(context)),)
        return (self.evaluator.opaque(call, context),)

    def _getattr(self, call: Call, context: Context | None) -> Values:
        """`getattr(models, name)`."""
        given = self.evaluator.values(call.args[1], context)
        known = [value.value for value in given if isinstance(value, Constant)]
        # None is no name: `act = "Tanh" if last else None`, and getattr is called where it is one
        names = [name for name in known if isinstance(name, str)] if len(known) == len(given) else []
        results: list[Value] = []
        for base in self.evaluator.values(call.args[0], context):
            if isinstance(base, External):
                results += [self.some_member(base.name, name) for name in names or (None,)]
            elif names:
                for name in names:
                    results += self.evaluator.attribute(base, name)
            else:
                return ()
        return tuple(results)

    def some_member(self, module: str, name: object) -> External:
        """A member of a module outside the project, perhaps one whose name is not known."""
        return self.evaluator.intern(External, f"{module}.{name if isinstance(name, str) else '<any>'}")

    def _method_call(self, func: Attr, call: Call, context: Context | None) -> Values:
        """A method the project doesn't define: some hand back their object, `dict.get` its item."""
        bases = self.evaluator.values(func.base, context)
        if not bases:
            return ()
        objects = tuple(base for base in bases if isinstance(base, Instance))
        if func.name in _FLUENT:
            itself: Values = objects or tuple(base for base in bases if is_module(self.evaluator, base))
            if itself:
                return itself
        if objects and all(transparent.prepares(base.name, func.name) for base in objects):
            prepared = self._prepared(call, context)
            if prepared:
                return prepared
        if func.name == "get" and call.args and all(isinstance(b, Container) and b.keys is not None for b in bases):
            found = self.evaluator.item(bases, call.args[0], context)
            if found:
                return found
        if func.name == "values" and len(bases) == 1:
            base = bases[0]
            if isinstance(base, Container) and base.keys is not None:
                return (
                    self.evaluator.containers.container(
                        "list", call, context, tuple(base.keys.values()), None, base.exact
                    ),
                )
        return (self.evaluator.opaque(call, context),)

    def _prepared(self, call: Call, context: Context | None) -> Values:
        """What `accelerator.prepare(model, optimizer)` gives: its arguments, one of them bare."""
        arguments = self.arguments(call, context)
        if not arguments.exact or not arguments.positional:
            return ()
        if len(arguments.positional) == 1:
            return self.evaluator.values(*arguments.positional[0])
        items = tuple(arguments.positional)
        return (self.evaluator.containers.container("tuple", call, context, items, None, True),)

    def super_method(self, func: Attr, context: Context | None) -> tuple[Function, Instance | None] | None:
        """`super().name`: the method of the next base that has it."""
        base = func.base
        if not (isinstance(base, Call) and isinstance(base.func, Free) and base.func.name == "super"):
            return None
        cls = base.function.cls
        if cls is None:
            return None
        for owner in self.evaluator.mro(cls)[1:]:
            if func.name in owner.methods:
                frame = context.of(base.function) if context is not None else None
                return owner.methods[func.name], frame.self_value if frame is not None else None
        return None
