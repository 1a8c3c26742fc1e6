"""Arithmetic on dtypes and ranges, by the promotion rules of torch and NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from torchlint.semantics.knowledge.dtypes import FLOATS, HALF, LIMITS, NARROW, WIDE

if TYPE_CHECKING:
    from torchlint.semantics.module import Site

Range = tuple["float | None", "float | None"]

#: Constants below this are added to labels and flags, not to pixels.
SMALL_CONSTANT = 16


class Dtype(NamedTuple):
    """One thing that a value can be.

    `name` is a dtype, "int" (of Python), "none", "other" (no array) or "?"; `library` is torch, numpy, PIL or
    python. `low` and `high` bound the values, None if they are not known. `origin` is where the dtype was set, and
    `how` says by what. `quiet` tells that arithmetic on it is not to be reported: it wrapped before, or a condition
    limits its values. `single` is a tensor of one element. `when` are the conditions of the branches that lead here.
    """

    name: str
    library: str = ""
    low: float | None = None
    high: float | None = None
    origin: Site | None = None
    how: str = ""
    quiet: bool = False
    single: bool = False
    when: tuple[tuple[int, int, bool], ...] = ()

    @property
    def is_array(self) -> bool:
        return self.library in ("torch", "numpy") and self.name != "?"

    @property
    def is_image(self) -> bool:
        """Whether the values are known to fill the eight bits, as those of an image do."""
        return self.name == "uint8" and self.low == 0 and self.high is not None and self.high >= 200

    @property
    def is_mask(self) -> bool:
        return self.low is not None and self.high is not None and self.low >= 0 and self.high <= 1

    def also(self, other: Dtype) -> bool:
        """Whether both can be true in the same run."""
        return not any((cond, frame, not wanted) in other.when for cond, frame, wanted in self.when)


UNKNOWN = Dtype("?")
NONE = Dtype("none", "python")


def union(first: Range, second: Range) -> Range:
    low = None if first[0] is None or second[0] is None else min(first[0], second[0])
    high = None if first[1] is None or second[1] is None else max(first[1], second[1])
    return low, high


def result(op: str, left: Dtype, right: Dtype, in_place: bool = False) -> Dtype:
    """The dtype and the values of `left op right`."""
    name, library = promoted(op, left, right)
    if in_place and left.is_array:
        name, library = left.name, left.library
    if name in ("?", "other"):
        return UNKNOWN
    low, high = bounds(op, left, right)
    quiet = left.quiet or right.quiet or op == "LeftShift"
    limits = LIMITS.get(name)
    if limits is not None and low is not None and high is not None and (low < limits[0] or high > limits[1]):
        low, high, quiet = *limits, True
    source = left if left.name == name and left.origin is not None else right
    return Dtype(
        name,
        library,
        low,
        high,
        source.origin,
        source.how,
        quiet,
        left.single and (right.single or right.library == "python"),
        tuple(dict.fromkeys((*left.when, *right.when))),
    )


def promoted(op: str, left: Dtype, right: Dtype) -> tuple[str, str]:
    """The dtype of the result, and the library that it belongs to."""
    libraries = {left.library, right.library}
    library = next((name for name in ("torch", "numpy", "", "PIL") if name in libraries), "python")
    names = {left.name, right.name}
    if names & {"other", "none", "object", "complex"} or library == "PIL":
        return "?", ""
    if op == "Divide":
        halves = names & HALF
        return (halves.pop() if halves and not names & {"float32", "float64"} else "float32"), library
    if names & FLOATS:
        return _float(left, right), library
    if "?" in names:
        return "?", ""
    if library == "python":
        return "int", library
    for array, other in ((left, right), (right, left)):
        if other.library != "python" or not array.is_array:
            continue
        if array.name == "bool":
            return ("bool" if other.name == "bool" else "int64"), library
        if library == "numpy" and other.name == "int" and array.name in LIMITS and other.low is not None:
            least, most = LIMITS[array.name]
            # NumPy 1 makes room for the constant, NumPy 2 raises
            if other.low < least or other.low > most:
                return "int64", library
        return array.name, library
    return _integer(left, right, library), library


def _float(left: Dtype, right: Dtype) -> str:
    arrays = [d for d in (left, right) if d.library != "python"]
    floats = {d.name for d in arrays if d.name in FLOATS and not (d.single and len(arrays) == 2)}
    if not floats:
        floats = {d.name for d in arrays if d.name in FLOATS}
    if "?" in {d.name for d in arrays} or not floats:
        return "float32"
    if len(floats) == 1:
        return floats.pop()
    return "float64" if "float64" in floats else "float32"


def _integer(left: Dtype, right: Dtype, library: str) -> str:
    a, b = left.name, right.name
    if a == b:
        return a
    if a == "bool" or b == "bool":
        return b if a == "bool" else a
    for array, other in ((left, right), (right, left)):
        if library == "torch" and other.single and not array.single:
            return array.name
    if a in NARROW and b in NARROW:
        return "int16"
    return a if a in WIDE else b


def bounds(op: str, left: Dtype, right: Dtype) -> Range:
    """The least and the greatest value of the exact result."""
    if op == "BitAnd":
        highs = [d.high for d in (left, right) if d.low is not None and d.low >= 0 and d.high is not None]
        return (0, min(highs)) if highs else (None, None)
    if op == "Modulo" and right.low is not None and right.low == right.high and right.low > 0:
        return 0, right.low - 1
    if left.low is None or left.high is None or right.low is None or right.high is None:
        return None, None
    a, b, c, d = left.low, left.high, right.low, right.high
    if op == "Add":
        return a + c, b + d
    if op == "Subtract":
        return a - d, b - c
    if op == "Multiply":
        products = (a * c, a * d, b * c, b * d)
        return min(products), max(products)
    if op == "Power" and a >= 0 and c >= 0 and d <= 8 and b <= 1e6:
        return float(a**c), float(b**d)
    if op == "FloorDivide" and c >= 1:
        return (a // c, b // c) if a >= 0 else (None, None)
    if op == "Divide" and c > 0:
        return min(a / c, a / d), max(b / c, b / d)
    if op == "RightShift" and a >= 0 and c == d and 0 <= c < 32:
        return int(a) >> int(c), int(b) >> int(c)
    if op in ("BitOr", "BitXor") and a >= 0 and c >= 0:
        return 0, (1 << int(max(b, d)).bit_length()) - 1
    return None, None


def wraps(op: str, left: Dtype, right: Dtype, in_place: bool = False) -> bool:
    """Whether `left op right` is arithmetic in uint8 whose result, in all likelihood, leaves 0 ... 255."""
    name, _ = promoted(op, left, right)
    if in_place and left.is_array:
        name = left.name
    if name != "uint8" or left.quiet or right.quiet or op not in ("Add", "Subtract", "Multiply", "Power", "Minus"):
        return False
    if not (left.is_array or right.is_array):
        return False
    if op == "Minus":
        return right.is_image
    if op in ("Add", "Subtract") and left.is_array and right.is_array and (left.is_mask or right.is_mask):
        return False  # what a mask is added to is a mask, too, or labels
    low, high = bounds(op, left, right)
    if low is None or high is None:
        # an image and bytes of which nothing is known
        pair = left.is_array and right.is_array and {left.name, right.name} == {"uint8"}
        return pair and op in ("Add", "Subtract") and (left.is_image or right.is_image)
    if low >= 0 and high <= 255:
        return False
    for constant, other in ((left, right), (right, left)):
        if constant.library != "python" or constant.low is None or constant.low != constant.high:
            continue
        if other.library == "numpy" and not in_place and not 0 <= constant.low <= 255 and high < 2**16:
            return False  # NumPy 1 takes a wider type for such a number, NumPy 2 raises
        if op in ("Add", "Subtract") and abs(constant.low) < SMALL_CONSTANT:
            return False  # labels are shifted by small numbers, and a background of 0 becomes 255 on purpose
        if op == "Multiply" and constant.low == 255:
            return False  # nobody multiplies an image by 255: the array holds 0 and 1
        if op == "Subtract" and constant is left and constant.low >= 255 and other.low is not None:
            return False
    return True


def scales(op: str, left: Dtype, right: Dtype) -> bool:
    """Whether bytes of unknown values are multiplied by an integer of Python greater than 1."""
    name, _ = promoted(op, left, right)
    for array, factor in ((left, right), (right, left)):
        if name == "uint8" and array.is_array and array.high is None and not array.quiet:
            return factor.library == "python" and factor.low is not None and 1 < factor.low < 255
    return False
