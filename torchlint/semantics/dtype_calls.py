"""What calls do to dtypes: casts, constructors, readers of images, functions and methods of the array libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics import arithmetic
from torchlint.semantics.arithmetic import UNKNOWN, Dtype
from torchlint.semantics.knowledge import dtypes as known
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Comprehension,
    Const,
    Display,
    Free,
    Item,
    Loop,
    Node,
    Param,
    Starred,
)
from torchlint.semantics.values import Constant, Container, External, FunctionValue, Instance, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Site
    from torchlint.semantics.nodes import Guards
    from torchlint.semantics.values import Context, Value

Path = tuple["int | str | None", ...]
Dtypes = tuple[Dtype, ...]

_ARRAY_ROOTS = frozenset(
    {"numpy", "torch", "torchvision", "cv2", "skimage", "scipy", "imageio", "PIL", "mmcv", "kornia"}
)
#: functions that give values and their positions
_PAIRED = frozenset({"max", "min", "median", "mode", "kthvalue", "sort", "topk", "cummax", "cummin"})
_ITERATORS = frozenset({"list", "tuple", "iter", "reversed", "sorted", "tqdm", "trange", "set", "cycle", "track"})


class CallDtypes:
    """The part of `DtypeFinder` that knows of calls."""

    evaluator: Evaluator

    def find(self, node: Node, context: Context | None, path: Path = ()) -> Dtypes:
        raise NotImplementedError

    def feasible(self, guards: Guards, context: Context | None) -> bool:
        raise NotImplementedError

    def pairs(self, left: Node, right: Node, context: Context | None) -> list[tuple[Dtype, Dtype]]:
        raise NotImplementedError

    # ---------------------------------------------------------------- calls

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

    # ------------------------------------------------------------ functions

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

    def _pil(self, last: str, call: Call, context: Context | None) -> Dtypes:
        if last not in known.PIL_FUNCTIONS and last not in ("to_pil_image", "pil_loader", "default_loader"):
            first = call.args[0] if call.args else None  # ImageOps, ImageChops: images again
            return self.find(first, context) if first is not None else (UNKNOWN,)
        if last == "new":
            mode = self.evaluator.constant(call.args[0] if call.args else call.keyword("mode"), context)
            return (self._image(call, mode),)
        if last == "fromarray" and call.args:
            names = {d.name for d in self.find(call.args[0], context)}
            if names and "uint8" not in names and "?" not in names:
                return (UNKNOWN,)
            return tuple(
                Dtype("uint8", "PIL", d.low, d.high, self._site(call), "a PIL image is made here")
                for d in self.find(call.args[0], context)
            )
        return (self._image(call, None),)

    def _image(self, call: Call, mode: object) -> Dtype:
        if mode in known.WIDE_MODES:
            return UNKNOWN
        if mode == "P":
            return Dtype("uint8", "PIL", None, None, self._site(call), "a palette image: its pixels are class numbers")
        return Dtype("uint8", "PIL", 0, 255, self._site(call), "an image of 8 bits is opened by PIL")

    def _read(self, name: str, last: str, call: Call, context: Context | None) -> Dtypes:
        library = "torch" if name.startswith("torchvision.") else "numpy"
        root = name.partition(".")[0]
        if root in ("cv2", "mmcv") and len(call.args) + len(call.keywords) > 1:
            flag = call.args[1] if len(call.args) > 1 else call.keyword("flags") or call.keyword("flag")
            if flag is None or not self._eight_bits(flag, context):
                return (UNKNOWN,)
        if root == "scipy" and any(key in ("flatten", "as_gray") for key, _ in call.keywords):
            return (UNKNOWN,)
        if root == "skimage" and any(key in ("as_gray", "as_grey") for key, _ in call.keywords):
            return (UNKNOWN,)
        return (Dtype("uint8", library, 0, 255, self._site(call), f"{last} gives bytes"),)

    def _eight_bits(self, flag: Node, context: Context | None) -> bool:
        values = self.evaluator.values(flag, context)
        for value in values:
            if isinstance(value, External):
                plain = value.last.startswith("IMREAD_") or "LOAD_IMAGE" in value.last
                if value.last in known.OTHER_DEPTH or not plain:
                    return False
            elif not (isinstance(value, Constant) and value.value in (0, 1, "color", "grayscale")):
                return False
        return bool(values)

    def _opencv(self, last: str, call: Call, context: Context | None, path: Path) -> Dtypes:
        if not call.args:
            return (UNKNOWN,)
        if last == "threshold":
            return self.find(call.args[0], context) if path and path[0] == 1 else (UNKNOWN,)
        if last in ("inRange", "Canny", "adaptiveThreshold"):
            return (Dtype("uint8", "numpy", 0, 255, self._site(call), f"{last} gives bytes", quiet=True),)
        if last in known.SATURATING:
            return tuple(d for d in self.find(call.args[0], context) if d.name == "uint8") or (UNKNOWN,)
        if last == "split":
            return self.find(call.args[0], context, path[1:])
        if last in known.JOINING:
            return self._joined((call.args[0],), context, (None,))
        if last in known.KEEPING or last in ("resize", "rotate", "transpose", "undistort", "filter2D", "inpaint"):
            if last in ("cvtColor", "filter2D", "warpAffine") and any(key == "ddepth" for key, _ in call.keywords):
                return (UNKNOWN,)
            return self.find(call.args[0], context)
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

    def _is_none(self, node: Node, context: Context | None) -> bool:
        values = self.evaluator.values(node, context)
        return len(values) == 1 and isinstance(values[0], Constant) and values[0].value is None

    def _is_number(self, node: Node, context: Context | None) -> bool:
        """A plain number, or a list of one."""
        if isinstance(node, Display) and len(node.items) == 1:
            node = node.items[0]
        return isinstance(self.evaluator.constant(node, context), (int, float))

    def elements(self, node: Node, context: Context | None, depth: int = 0) -> Dtypes:
        """What an array made of `node` holds: the elements of a list (of lists), or the array itself."""
        items: list[tuple[Node, Context | None]] = []
        for value in self.evaluator.values(node, context) if depth < 4 else ():
            if isinstance(value, Container) and value.keys is None:
                items += self.evaluator.grown(value)
            elif isinstance(value, Opaque) and isinstance(value.node, Comprehension):
                items.append((value.node.element, value.context))
        if not items:
            return self.find(node, context)
        found = [d for item in items[:32] for d in self.elements(*item, depth + 1)]
        if any(d == UNKNOWN or d.name == "?" for d in found):
            return (UNKNOWN,)
        merged: dict[tuple[str, str], Dtype] = {}
        for d in found:
            key = (d.name, d.library)
            before = merged.get(key, d)
            low, high = arithmetic.union((before.low, before.high), (d.low, d.high))
            merged[key] = before._replace(low=low, high=high)
        floats = [d for d in merged.values() if d.name in known.FLOATS]
        return tuple(floats) or tuple(merged.values())

    def _joined(self, nodes: tuple[Node, ...], context: Context | None, path: Path) -> Dtypes:
        """`stack`, `cat`, `where`: one dtype that all parts have room in."""
        found = [d for node in nodes for d in self.find(node, context, path)]
        names = {d.name for d in found}
        if len(names) == 1 and found:
            low, high = found[0].low, found[0].high
            for d in found[1:]:
                low, high = arithmetic.union((low, high), (d.low, d.high))
            arrays = [d for d in found if d.is_array]
            return (arrays[0]._replace(low=low, high=high),) if arrays else (UNKNOWN,)
        floats = [d for d in found if d.name in known.FLOATS]
        if floats:
            return (floats[0]._replace(low=None, high=None),)
        if not found or "?" in names:
            return (UNKNOWN,)
        arrays = [d for d in found if d.is_array]
        if len({d.name for d in arrays}) == 1 and all(d.library == "python" for d in found if d not in arrays):
            return tuple(arrays)
        return (UNKNOWN,)

    # -------------------------------------------------------------- methods

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
            answers.append(d._replace(low=max(lows, default=None), high=min(highs, default=None)))
        return tuple(answers)

    def _number(self, node: Node | None, context: Context | None) -> float | None:
        value = self.evaluator.constant(node, context)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None

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

    # ---------------------------------------------------------------- casts

    def _converted(
        self, base: Node, name: str, args: tuple[Node, ...], call: Call, context: Context | None, path: Path
    ) -> Dtypes:
        """`astype`, `to`, `type`, `type_as`."""
        given = [*args, *(value for key, value in call.keywords if key in ("dtype", "other"))]
        for node in given:
            named = self.dtype_named(node, context)
            if named is not None:
                return self._cast(base, context, named, "", call, path)
            if name in ("astype", "type") or _speaks_of_dtype(node):
                return (UNKNOWN,)
            others = {d.name for d in self.find(node, context) if d.is_array}
            if name == "type_as" or others:
                return self._cast(base, context, others.pop(), "", call, path) if len(others) == 1 else (UNKNOWN,)
        return self.find(base, context, path)

    def _cast(self, base: Node, context: Context | None, name: str, library: str, call: Call, path: Path) -> Dtypes:
        answers = []
        sources = self.elements(base, context) if library else self.find(base, context, path)
        for d in sources:
            low, high = d.low, d.high
            limits = known.LIMITS.get(name)
            if name == "bool":
                low, high = 0, 1
            elif limits is not None and low is not None and high is not None:
                inside = limits[0] <= low and high <= limits[1]
                low, high = (low, high) if inside else limits
            elif d.library == "PIL" or (name == "uint8" and self._is_scaled(base, context)):
                low, high = 0, 255
            changed = d.name != name
            site = self._site(call) if changed else d.origin
            how = f"cast to {name}" if changed else d.how
            if changed and d.how.startswith("positions"):
                how = f"cast to {name}: {d.how}"
            elif name == "int8" and d.low is None and self._holds_positions(base, context):
                how = "cast to int8: it may hold positions"
            home = library or (d.library if d.library in ("torch", "numpy") else "") or _home(call)
            answers.append(
                Dtype(name, home, low, high, site or self._site(call), how, d.quiet and not changed, d.single, d.when)
            )
        return tuple(answers)

    def _holds_positions(self, node: Node, context: Context | None) -> bool:
        """Whether a position in an array (`arange`, `argsort`, `nonzero`, ...) has a part in a value."""
        stack, seen = [node], set[int]()
        while stack and len(seen) < 300:
            current = stack.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            name = current.func.name if isinstance(current, Call) and isinstance(current.func, Attr) else ""
            if name == "arange" or name in known.POSITIONS:
                return True
            if isinstance(current, (Display, Loop)):
                for value in self.evaluator.values(current, context):
                    if isinstance(value, Container) and value.keys is None:
                        stack += [item for item, _ in self.evaluator.grown(value)]
            stack += current.parts()
        return False

    def _is_scaled(self, node: Node, context: Context | None) -> bool:
        """Whether values were multiplied by 255 before they were cast: an image."""
        for _ in range(8):
            if isinstance(node, Binary):
                if node.op == "Multiply":
                    return any(self._number(side, context) == 255 for side in (node.left, node.right))
                if node.op not in ("Add", "Subtract"):
                    return False
                node = node.left
            elif isinstance(node, Call):
                if isinstance(node.func, Attr) and node.func.name in ("mul", "mul_", "multiply") and node.args:
                    return self._number(node.args[0], context) == 255
                external = any(isinstance(value, External) for value in self.evaluator.values(node.func, context))
                if external or not isinstance(node.func, Attr):
                    if not external or not node.args:
                        return False
                    node = node.args[0]
                else:
                    node = node.func.base
            elif isinstance(node, Item):
                node = node.base
            elif isinstance(node, Loop) and node.next is node:
                node = node.init
            else:
                return False
        return False

    def dtype_named(self, node: Node | None, context: Context | None) -> str | None:
        """The dtype that a value names (`torch.uint8`, `"uint8"`, `np.float32`, `x.dtype`), None if it names none."""
        if node is None:
            return None
        if isinstance(node, Attr) and node.name == "dtype":
            names = {d.name for d in self.find(node.base, context)}
            if len(names) == 1 and not names & {"?", "other", "none"}:
                return names.pop()
        found: set[str | None] = set()
        for value in self.evaluator.values(node, context):
            if isinstance(value, External):
                root = value.name.partition(".")[0]
                if root == "torch" and value.last in known.TORCH_DTYPES:
                    found.add(known.TORCH_DTYPES[value.last])
                else:
                    found.add(known.DTYPES.get(value.last) if root in ("torch", "numpy", "builtins") else None)
            elif isinstance(value, Constant) and isinstance(value.value, str):
                last = value.value.rpartition(".")[2].lstrip("<>|=")
                found.add(known.DTYPES.get(last) if last not in ("b", "d", "f", "i", "?") else None)
            else:
                found.add(None)
        return found.pop() if len(found) == 1 else None

    # ---------------------------------------------------------- constructors

    def _has_dtype(self, call: Call) -> bool:
        return call.keyword("dtype") is not None

    def _constructed(self, name: str, library: str, call: Call, context: Context | None) -> Dtype:
        """`zeros`, `full_like`, `arange`, `randint`, ..."""
        dtype = call.keyword("dtype")
        position = known.CONSTRUCTORS.get(name, -1)
        if dtype is None and library == "numpy" and 0 < position < len(call.args):
            dtype = call.args[position]
        if dtype is None and library == "numpy" and name in ("randint", "integers", "arange") and len(call.args) > 3:
            dtype = call.args[3]
        if name.endswith("_like") and dtype is None and call.args:
            like = self.find(call.args[0], context)
            named: str | None = like[0].name if len(like) == 1 and like[0].is_array else None
        elif dtype is not None and not self._is_none(dtype, context):
            named = self.dtype_named(dtype, context)
        else:
            default = "float32" if library == "torch" else "float64"
            named = "int64" if name in ("arange", "randint", "integers") else default
            if name in ("full", "new_full"):
                return UNKNOWN
        if named is None:
            return UNKNOWN
        low, high = self._values(name, call, context)
        limits = known.LIMITS.get(named)
        if limits is not None and low is not None and high is not None and (low < limits[0] or high > limits[1]):
            low, high = limits
        single = library == "torch" and name in ("zeros", "ones", "full", "empty") and self._one_element(call, context)
        how = f"{name}(dtype={named})"
        if name == "arange" and named in known.NARROW and high is None and any(_is_length(arg) for arg in call.args):
            how = f"cast to {named}: positions from arange()"
        return Dtype(named, library, low, high, self._site(call), how, single=single)

    def _values(self, name: str, call: Call, context: Context | None) -> tuple[float | None, float | None]:
        if name.endswith(("zeros", "zeros_like")):
            return 0, 0
        if name.endswith(("ones", "ones_like")) or name in ("eye", "identity"):
            return (1, 1) if "ones" in name else (0, 1)
        if name.startswith(("full", "new_full")):
            value = self._number(call.args[1] if len(call.args) > 1 else call.keyword("fill_value"), context)
            return value, value
        if name in ("randint", "integers", "arange"):
            bounds = [value for value in call.args[:2] if not isinstance(value, Display)]
            numbers = [self._number(value, context) for value in bounds]
            top = self._number(call.keyword("high"), context)
            if top is not None:
                numbers.append(top)
            if len(numbers) == 1 and numbers[0] is not None:
                return 0, numbers[0] - 1
            if len(numbers) == 2 and None not in numbers:
                least, most = numbers
                assert least is not None and most is not None
                return least, most - 1
        return None, None

    def _one_element(self, call: Call, context: Context | None) -> bool:
        """`torch.zeros(1)`, `torch.zeros([])`, `torch.zeros(())`."""
        if len(call.args) == 0:
            return False
        first = call.args[0]
        if isinstance(first, Display):
            return all(self.evaluator.constant(item, context) == 1 for item in first.items)
        return len(call.args) == 1 and self.evaluator.constant(first, context) == 1

    # --------------------------------------------------------------- layers

    def _layer(self, layer: Instance, call: Call, context: Context | None, path: Path) -> Dtypes:
        """A layer of torch.nn or a transform of torchvision, applied."""
        first = call.args[0] if call.args else None
        last = layer.last
        if "transforms" in layer.name and first is not None:
            return self._transformed(layer, first, call, context)
        if layer.name.startswith("torch.nn.") and last not in ("Identity", "Flatten", "Unflatten"):
            return (Dtype("float32", "torch"),)
        return (UNKNOWN,)

    def _transformed(self, layer: Instance, first: Node, call: Call, context: Context | None) -> Dtypes:
        last = layer.last
        if last in ("ToTensor", "Normalize", "ConvertImageDtype"):
            return (Dtype("float32", "torch"),) if last != "ConvertImageDtype" else (UNKNOWN,)
        if last == "PILToTensor":
            return (Dtype("uint8", "torch", 0, 255, self._site(call), "PILToTensor gives bytes"),)
        if last == "ToPILImage":
            return (self._image(call, None)._replace(how="a PIL image is made here"),)
        if last in known.IMAGE_TRANSFORMS:
            return self.find(first, context)
        if last == "Compose" and layer.call is not None and layer.call.args:
            for value in self.evaluator.values(layer.call.args[0], layer.context):
                if isinstance(value, Container) and value.keys is None and value.exact:
                    for item in reversed(self.evaluator.grown(value)):
                        for step in self.evaluator.values(*item):
                            if not isinstance(step, Instance) or step.cls is not None:
                                return (UNKNOWN,)
                            if step.last in known.IMAGE_TRANSFORMS:
                                continue
                            return self._transformed(step, first, call, context)
                    return self.find(first, context)
        return (UNKNOWN,)

    # ---------------------------------------------------------------- small

    def _site(self, call: Call) -> Site:
        return call.function.module.site(call)

    def _made(
        self, name: str, library: str, call: Call, how: str, values: tuple[float | None, float | None] = (None, None)
    ) -> Dtype:
        return Dtype(name, library, *values, self._site(call), how)


def _is_length(node: Node) -> bool:
    """`len(x)`, `x.size(0)`, `x.shape[0]`, `x.numel()`."""
    if isinstance(node, Item):
        return isinstance(node.base, Attr) and node.base.name == "shape"
    func = node.func if isinstance(node, Call) else None
    return isinstance(func, (Attr, Free)) and func.name in ("len", "size", "numel")


def _home(call: Call) -> str:
    """The library of an array of unknown make, by the method that casts it."""
    return "numpy" if isinstance(call.func, Attr) and call.func.name == "astype" else "torch"


def _speaks_of_dtype(node: Node) -> bool:
    return isinstance(node, (Attr, Param)) and "dtype" in node.name
