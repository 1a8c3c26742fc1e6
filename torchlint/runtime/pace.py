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
        #: when more backward passes than this are done before the next step, something has changed
        self.expected = 0
        #: all listen up to this step
        self._until = OPENING
        #: the most backward passes that there ever were between two steps
        self.usual = 0
        #: nothing that is calm stays so beyond this step
        self.rests_until = 0

    def wake(self, step: int) -> None:
        """Something has changed after `step` steps."""
        self._until = max(self._until, step + LOOK)
        self.calm = False

    def unexpected(self, step: int, backwards: int) -> None:
        """More backward passes are done than were expected, the last of them after `step` steps."""
        self.usual += backwards - self.expected
        self.expected = backwards
        self.wake(step)

    def stepped(self, step: int, backwards: int) -> None:
        """`step` steps are done, with `backwards` backward passes."""
        self.expected = backwards + self.usual
        self.calm = step >= self._until and step % self._every >= LOOK
        self.rests_until = step - step % self._every + self._every
