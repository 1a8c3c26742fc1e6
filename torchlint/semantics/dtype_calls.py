"""What calls do to dtypes: functions and methods of the array libraries, and code of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics import arithmetic
from torchlint.semantics.arithmetic import UNKNOWN, Dtype
from torchlint.semantics.dtype_casts import Dtypes, Path
from torchlint.semantics.dtype_images import ImageDtypes
from torchlint.semantics.knowledge import dtypes as known
from torchlint.semantics.nodes import (
    Attr,
    Call,
    Const,
    Node,
    Starred,
)
from torchlint.semantics.values import External, FunctionValue, Instance, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.values import Context, Value


_ARRAY_ROOTS = frozenset(
    {"numpy", "torch", "torchvision", "cv2", "skimage", "scipy", "imageio", "PIL", "mediapy", "mmcv", "kornia"}
)
#: functions that give values and their positions
_PAIRED = frozenset({"max", "min", "median", "mode", "kthvalue", "sort", "topk", "cummax", "cummin"})
_ITERATORS = frozenset({"list", "tuple", "iter", "reversed", "sorted", "tqdm", "trange", "set", "cycle", "track"})


class CallDtypes(ImageDtypes):
    """The part of `DtypeFinder` that knows of calls."""

    def called(self, call: Call, context: Context | None, path: Path) -> Dtypes:
        answers: list[Dtype] = []
        for callee in self.evaluator.values(call.func, context):
            answers += self._called(callee, call, context, path)
        return tuple(answers) or (UNKNOWN,)

    def _called(self, callee: Value, call: Call, context: Context | None, path: Path) -> Dtypes:
        if isinstance(callee, External):
            return self.external(callee.name, call, context, path)
        if isinstance(callee, Instance) and callee.cls is None:
            return self._layer(callee, call, context, path)
        if isinstance(callee, (FunctionValue, Instance)):
            frame = self.evaluator.entered(callee, call, context)
            if frame is not None:
                return self._returned(frame, path)
            return (UNKNOWN,)
        if isinstance(callee, Opaque) and isinstance(call.func, Attr):
            frame = self.evaluator.entered(callee, call, context)
            if frame is not None:
                return self._returned(frame, path)
            return self.method(call.func.base, call.func.name, call, context, path)
        return (UNKNOWN,)

    def _returned(self, frame: Context, path: Path) -> Dtypes:
        answers: list[Dtype] = []
        for item in frame.function.returns:
            if not self.feasible(item.guards, frame):
                continue
            if not item.yielded:
                answers += self.find(item.value, frame, path)
            elif path:
                answers += self.find(item.value, frame, path[1:])
        return tuple(answers) or (UNKNOWN,)

    def external(self, name: str, call: Call, context: Context | None, path: Path) -> Dtypes:
        """A function or class from outside the project."""
        root, _, rest = name.partition(".")
        last = name.rpartition(".")[2]
        if root == "builtins" or root not in _ARRAY_ROOTS:
            return self._python(name, last, call, context, path)
        if root == "PIL" or (root == "torchvision" and last in ("to_pil_image", "pil_loader", "default_loader")):
            return self._pil(last, call, context)
        if name in known.IMAGE_READERS or (root in ("imageio", "skimage") and last == "imread"):
            return self._read(name, last, call, context)
        if root == "skimage" and ".data." in name:
            return (Dtype("uint8", "numpy", 0, 255, self._site(call), f"{name} gives bytes"),)
        if last == "read_video" and path:
            return (
                (self._made("uint8", "torch", call, "read_video gives bytes", (0, 255)),)
                if path[0] == 0
                else (UNKNOWN,)
            )
        library = "torch" if root in ("torch", "torchvision", "kornia") else "numpy"
        if root == "cv2":
            return self._opencv(last, call, context, path)
        first = call.args[0] if call.args else call.keyword("input") or call.keyword("a")
        if last in (
            "array",
            "asarray",
            "tensor",
            "as_tensor",
            "from_numpy",
            "ascontiguousarray",
            "asanyarray",
            "Tensor",
        ):
            return self._array(last, library, call, first, context)
        if last in known.DTYPES and (last.endswith("Tensor") or root == "numpy"):
            if first is None or (last.endswith("Tensor") and isinstance(first, Const)):
                return (self._made(known.DTYPES[last], library, call, last),)
            return self._cast(first, context, known.DTYPES[last], library, call, path)
        if (
            last in known.CONSTRUCTORS
            or last == "arange"
            or (last in ("randint", "integers") and ".random" not in rest[:0])
        ):
            return (self._constructed(last, library, call, context),)
        if last in ("frombuffer", "fromstring", "fromfile"):
            dtype = call.keyword("dtype") or (call.args[1] if len(call.args) > 1 else None)
            name_ = self.dtype_named(dtype, context) if dtype is not None else "float64"
            return (self._made(name_, library, call, f"{last}(dtype=...)") if name_ else UNKNOWN,)
        if last == "where":
            if len(call.args) == 3:
                return self._joined(call.args[1:], context, path)
            return (Dtype("int64", library, origin=self._site(call), how="positions from where()"),)
        if last in known.JOINING and first is not None:
            return self._joined((first,), context, (None,))
        if root == "torchvision" and last in ("pil_to_tensor", "to_tensor", "convert_image_dtype"):
            return (Dtype("float32", "torch", 0, 1),) if last != "convert_image_dtype" else (UNKNOWN,)
        if root == "torch" and ".nn." in f"{name}." and last not in ("interpolate", "pad", "one_hot", "unfold"):
            return (Dtype("float32", "torch"),)
        if first is None:
            return (UNKNOWN,)
        return self.method(first, last, call, context, path, library, 1)

    def _python(self, name: str, last: str, call: Call, context: Context | None, path: Path) -> Dtypes:
        args = call.args
        if last in _ITERATORS and args:
            return self.find(args[0], context, path)
        if name == "builtins.zip" and len(path) > 1:
            index = path[1]
            if isinstance(index, int) and index < len(args) and not any(isinstance(a, Starred) for a in args):
                return self.find(args[index], context, (None, *path[2:]))
        if name == "builtins.enumerate" and len(path) > 1 and args:
            return self.find(args[0], context, (None, *path[2:])) if path[1] == 1 else (Dtype("int", "python"),)
        if name == "builtins.range" and path:
            return (Dtype("int", "python"),)
        if name in ("builtins.next", "copy.copy", "copy.deepcopy", "builtins.abs") and args:
            return self.find(args[0], context, (None, *path) if last == "next" else path)
        if name in ("builtins.len", "builtins.int", "builtins.ord", "builtins.hash", "builtins.id", "builtins.round"):
            return (Dtype("int", "python"),)
        if name in ("builtins.float", "time.time") or name.startswith("math."):
            return (Dtype("float64", "python"),)
        if name in ("builtins.bool", "builtins.isinstance", "builtins.hasattr", "builtins.all", "builtins.any"):
            return (Dtype("bool", "python", 0, 1),)
        if name in ("builtins.max", "builtins.min") and len(args) > 1:
            return tuple(d for arg in args for d in self.find(arg, context, path))
        if name == "builtins.sum" and args:
            return tuple(d._replace(low=None, high=None, quiet=True) for d in self.find(args[0], context, (None,)))
        if name == "builtins.dict" and path and isinstance(path[0], str):
            value = call.keyword(path[0])
            return self.find(value, context, path[1:]) if value is not None else (UNKNOWN,)
        return (UNKNOWN,)

    def _array(self, last: str, library: str, call: Call, first: Node | None, context: Context | None) -> Dtypes:
        """`np.array(x)`, `torch.tensor(x)`, ... with or without a dtype."""
        if first is None:
            return (UNKNOWN,)
        dtype = call.keyword("dtype")
        if dtype is None and library == "numpy" and len(call.args) > 1:
            dtype = call.args[1]
        if last == "Tensor":
            return (Dtype("float32", "torch"),)
        if dtype is not None and self.evaluator.constant(dtype, context) is None and not self._is_none(dtype, context):
            name = self.dtype_named(dtype, context)
            if name is None:
                return (UNKNOWN,)
            made = self._cast(first, context, name, library, call, ())
            single = library == "torch" and self._is_number(first, context)
            return tuple(d._replace(single=single) for d in made)
        if dtype is not None and isinstance(self.evaluator.constant(dtype, context), str):
            name = self.dtype_named(dtype, context)
            return self._cast(first, context, name, library, call, ()) if name is not None else (UNKNOWN,)
        answers = []
        for d in self.elements(first, context):
            if d.library == "PIL":
                how = f"{last}() of {d.how.replace(' is opened by PIL', ' from PIL') if d.how else 'a PIL image'}"
                answers.append(d._replace(library=library, origin=self._site(call), how=how))
            elif d.library == "python":
                kinds = {"int": "int64", "bool": "bool", "float64": "float32" if library == "torch" else "float64"}
                answers.append(Dtype(kinds.get(d.name, "?"), library if d.name in kinds else "", d.low, d.high))
            else:
                answers.append(d._replace(library=library) if d.is_array else d)
        return tuple(answers) or (UNKNOWN,)

    def method(
        self,
        base: Node,
        name: str,
        call: Call,
        context: Context | None,
        path: Path,
        library: str = "",
        skip: int = 0,
    ) -> Dtypes:
        """Method `name` of `base`, or the function of that name applied to it (then `skip` is 1)."""
        args = call.args[skip:]
        if name in known.CASTS and not (skip and library == "numpy"):
            return self._cast(base, context, known.CASTS[name], library, call, path)
        if name in ("astype", "to", "type", "type_as", "astype_", "view_dtype"):
            return self._converted(base, name, args, call, context, path)
        if name in known.CONSTRUCTORS:
            made = self._constructed(name, library or "torch", call, context)
            if made.name != "?" and (name.startswith("new_") or name.endswith("_like")) and not self._has_dtype(call):
                return tuple(d._replace(low=made.low, high=made.high, quiet=False) for d in self.find(base, context))
            return (made,)
        if name in ("randint", "integers", "random_integers"):
            return (self._constructed(name, library or "numpy", call, context),)
        if name in ("numpy", "asnumpy"):
            return tuple(d._replace(library="numpy") if d.is_array else d for d in self.find(base, context))
        if name in known.TESTS:
            libraries = {d.library for d in self.find(base, context)} - {""}
            return (Dtype("bool", libraries.pop() if len(libraries) == 1 else library or "torch", 0, 1),)
        if name in known.FLOATING:
            low, high = (0, 1) if name in known.UNIT else (None, None)
            return (Dtype("float32", library or "torch", low, high),)
        if name in ("item", "tolist", "__len__", "size", "numel", "dim", "nelement"):
            kinds = {d.name for d in self.find(base, context)} if name in ("item", "tolist") else {"int64"}
            python = "float64" if kinds <= known.FLOATS else "int" if "?" not in kinds else "?"
            return (Dtype(python, "python"),) if python != "?" else (UNKNOWN,)
        if name in known.COUNTS:
            return self._counted(base, name, call, context, library)
        if path and path[0] == 1 and name in _PAIRED and (skip == 0 or library == "torch"):
            # the positions of largest values mostly are classes, of which there are few
            how = f"positions from {name}()" if name == "sort" else ""
            return (Dtype("int64", "torch", origin=self._site(call) if how else None, how=how),)
        if name in ("clamp", "clip", "clamp_", "clip_", "clamp_min", "clamp_max"):
            return self._clipped(base, name, args, call, context)
        if name in ("maximum", "minimum", "fmax", "fmin"):
            return self._extreme(name, base, args, context)
        if name in ("round", "floor", "ceil", "trunc", "rint", "abs", "absolute", "fabs", "relu", "round_", "fix"):
            return self.find(base, context)
        if name in known.ARITHMETIC:
            return self._arithmetic(base, name, args, context, call)
        if name in ("topk", "sort", "cummax", "unique", "chunk", "split", "unbind", "tensor_split", "meshgrid"):
            return self.find(base, context, path[1:])
        if name == "read" and len(path) == 1 and path[0] == 1 and self._is_capture(base, context):
            return (Dtype("uint8", "numpy", 0, 255, self._site(call), "a frame of a video is read as bytes"),)
        if name in ("fill_", "fill"):
            value = self.find(args[0], context) if args else ()
            return tuple(
                d._replace(low=value[0].low if value else None, high=value[0].high if value else None)
                for d in self.find(base, context)
            )
        if name in (
            "copy_",
            "scatter_",
            "masked_fill",
            "masked_fill_",
            "index_fill_",
            "scatter",
            "put_",
            "masked_scatter",
        ):
            return tuple(d._replace(low=None, high=None) for d in self.find(base, context))
        if name.startswith(
            ("index_add", "scatter_add", "scatter_reduce", "index_copy", "cumsum_", "cumprod_", "addmm_")
        ):
            return tuple(d._replace(low=None, high=None, quiet=True) for d in self.find(base, context))
        if name == "convert" and not skip:
            return self._mode(base, args, call, context)
        if name in known.KEEPING or name in known.JOINING:
            if name in known.JOINING:
                return self._joined((base,), context, (None,))
            found = self.find(base, context)
            return found if path or not any(d.name == "other" for d in found) else (UNKNOWN,)
        if name in ("get", "pop", "setdefault") and args:
            key = self.evaluator.constant(args[0], context)
            if isinstance(key, str):
                return self.find(base, context, (key, *path))
        if name in ("values", "items") and path:
            return self.find(base, context, (None, *path[2:])) if name == "items" else self.find(base, context, path)
        return (UNKNOWN,)

    def _mode(self, base: Node, args: tuple[Node, ...], call: Call, context: Context | None) -> Dtypes:
        """`image.convert(mode)` of a PIL image."""
        found = self.find(base, context)
        if not args:
            return found
        mode = self.evaluator.constant(args[0], context)
        if mode in known.WIDE_MODES or mode == "P":
            return (UNKNOWN,) if mode != "P" else tuple(d._replace(low=None, high=None) for d in found)
        if mode in ("L", "RGB", "RGBA", "YCbCr", "HSV", "LAB", "CMYK"):
            # hues are angles: their arithmetic is meant to wrap
            how = f'a PIL image of mode "{mode}"'
            return (Dtype("uint8", "PIL", 0, 255, self._site(call), how, quiet=mode == "HSV"),)
        return found

    def _is_capture(self, base: Node, context: Context | None) -> bool:
        return any(
            isinstance(value, Instance) and value.last == "VideoCapture"
            for value in self.evaluator.values(base, context)
        )

    def _counted(self, base: Node, name: str, call: Call, context: Context | None, library: str) -> Dtypes:
        """Sums and counts: 64 bits, unless a dtype is asked for; sums of floats are floats."""
        dtype = call.keyword("dtype")
        if dtype is not None and not self._is_none(dtype, context):
            named = self.dtype_named(dtype, context)
            return (self._made(named, library or "torch", call, f"{name}(dtype=...)"),) if named else (UNKNOWN,)
        how = f"positions from {name}()" if name in known.POSITIONS else ""
        answers = []
        for d in self.find(base, context):
            summed = "sum" in name or "prod" in name or name == "trace"
            if d.name == "?" and d.is_mask:
                d = d._replace(name="bool")  # a comparison of things that are not seen
            kept = d.name if summed and (d.name in known.FLOATS or d.name == "?") else "int64"
            if kept == "?":
                answers.append(UNKNOWN)
                continue
            site = self._site(call) if how else None
            answers.append(Dtype(kept, d.library or library or "torch", origin=site, how=how, single=summed))
        return tuple(answers)

    def _clipped(self, base: Node, name: str, args: tuple[Node, ...], call: Call, context: Context | None) -> Dtypes:
        least = args[0] if args and name != "clamp_max" else call.keyword("min") or call.keyword("a_min")
        most = args[1] if len(args) > 1 else call.keyword("max") or call.keyword("a_max")
        if name == "clamp_max" and args:
            most = args[0]
        low, high = (self._number(bound, context) for bound in (least, most))
        answers = []
        for d in self.find(base, context):
            lows = [bound for bound in (d.low, low) if bound is not None]
            highs = [bound for bound in (d.high, high) if bound is not None]
            found = max(lows, default=None), min(highs, default=None)
            if found[0] is not None and found[1] is not None and found[0] > found[1]:
                found = low, high  # what was known of the array is no longer true: zeros that were written to
            answers.append(d._replace(low=found[0], high=found[1]))
        return tuple(answers)

    def _extreme(self, name: str, base: Node, args: tuple[Node, ...], context: Context | None) -> Dtypes:
        if not args:
            return self.find(base, context)
        answers = []
        for a, b in self.pairs(base, args[0], context):
            joined = arithmetic.result("BitOr", a, b)
            if a.name in known.FLOATS or b.name in known.FLOATS:
                answers.append(arithmetic.result("Add", a, b)._replace(low=None, high=None))
            else:
                low, high = arithmetic.union((a.low, a.high), (b.low, b.high))
                answers.append(joined._replace(low=low, high=high))
        return tuple(answers) or (UNKNOWN,)

    def _arithmetic(self, base: Node, name: str, args: tuple[Node, ...], context: Context | None, call: Call) -> Dtypes:
        op = known.ARITHMETIC[name]
        pairs = self.operands(op, base, args, context)
        op = "Power" if op == "Square" else op
        in_place = name.endswith("_")
        dtype = call.keyword("dtype")
        if dtype is not None and not self._is_none(dtype, context):
            named = self.dtype_named(dtype, context)
            return (self._made(named, "numpy", call, f"{name}(dtype=...)"),) if named else (UNKNOWN,)
        return tuple(arithmetic.result(op, a, b, in_place) for a, b in pairs) or (UNKNOWN,)

    def operands(
        self, op: str, base: Node, args: tuple[Node, ...], context: Context | None
    ) -> list[tuple[Dtype, Dtype]]:
        """The dtypes of the two sides of an operation that is written as a function or method."""
        if op == "Square":
            two = Dtype("int", "python", 2, 2)
            return [(d, two) for d in self.find(base, context)]
        if op == "Minus":
            zero = Dtype("int", "python", 0, 0)
            return [(zero, d) for d in self.find(base, context)]
        if op == "Difference":
            return [(d, d) for d in self.find(base, context)]
        if not args:
            return []
        return self.pairs(base, args[0], context)
