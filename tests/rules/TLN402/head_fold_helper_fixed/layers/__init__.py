from .attention import CrossLook
