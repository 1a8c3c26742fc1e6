"""Pairs of classes, counted: the predictions may come from an argmax, so that the labels are whole numbers too."""

import numpy as np


class ConfusionMatrix:
    def __init__(self, classes):
        self.classes = classes
        self.counts = np.zeros((classes, classes), dtype=np.int64)

    def add(self, predicted, target):
        if predicted.ndim != 1:
            predicted = np.argmax(predicted, 1)
        if target.ndim != 1:
            target = np.argmax(target, 1)
        pairs = predicted + self.classes * target
        counts = np.bincount(pairs.astype(np.int64), minlength=self.classes**2)
        self.counts += counts.reshape(self.classes, self.classes)
