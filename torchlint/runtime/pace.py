"""When all checks listen, and when they rest, but for numbers that go wrong.

A loop that forgets zero_grad forgets it in its first steps, or when something about it changes: an evaluation begins,
an optimizer is new. So all checks listen at the start, after each change, and for a few steps now and then. In between
all is calm: each step is watched for numbers that go wrong, and for changes, and nothing else costs time.
"""

from __future__ import annotations

#: steps at the start in which all checks listen
OPENING = 64
#: steps of each later look: the most that a check must see in a row, and some more
LOOK = 8


class Pace:
    """Counts steps and backward passes."""

    def __init__(self, every: int) -> None:
        self._every = every
        #: nothing changes: nobody need hear of anything but numbers that go wrong
        self.calm = False
        #: all listen up to this step
        self._until = OPENING
        self._step = 0
        #: backward passes since the last step, and the most that there ever were between two
        self._backwards = 0
        self._usual = 0

    def wake(self) -> None:
        """Something has changed."""
        self._until = max(self._until, self._step + LOOK)
        self.calm = False

    def backward(self) -> None:
        self._backwards += 1
        if self._backwards > self._usual:
            self._usual = self._backwards
            self.wake()

    def stepped(self, step: int) -> None:
        """`step` steps are done."""
        self._step = step
        self._backwards = 0
        self.calm = step >= self._until and step % self._every >= LOOK
