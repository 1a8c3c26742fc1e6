"""Dtypes of images: what reads them, and what turns them into tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.arithmetic import UNKNOWN, Dtype
from torchlint.semantics.dtype_casts import Dtypes, Path
from torchlint.semantics.dtype_conditions import DtypeConditions
from torchlint.semantics.knowledge import dtypes as known
from torchlint.semantics.nodes import (
    Call,
    Node,
)
from torchlint.semantics.values import Constant, Container, External, Instance

if TYPE_CHECKING:
    from torchlint.semantics.values import Context


class ImageDtypes(DtypeConditions):
    """The part of `DtypeFinder` that knows of images."""

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
