from .river import *  # noqa: F403
