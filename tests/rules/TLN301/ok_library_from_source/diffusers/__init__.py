from .loading import ImageCoder, load

__all__ = ["ImageCoder", "load"]
