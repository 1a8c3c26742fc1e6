from .classifier import VoiceNet as Net
