from .models import RiverNet

__all__ = ["RiverNet"]
