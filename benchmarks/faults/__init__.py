"""Does the guard find training faults, and does it stay quiet on healthy training?

    python -m benchmarks.faults                       # everything under the guard, five seeds
    python -m benchmarks.faults --healthy --seeds 1   # false alarms only
    python -m benchmarks.faults --faults --only 101   # faults whose name or code contains 101
    python -m benchmarks.faults --bitwise             # losses with and without the guard, bit by bit
    python -m benchmarks.faults --self-check          # without the guard: deterministic, and healthy programs learn

Two sets of small programs that train on synthetic data, on one CPU core, a second or so each:

- `workloads/`: healthy programs of many families. Whatever the guard says about them is a false alarm.
- `faults/`: one bug each, planted into a healthy program by overriding one named method of it. A fault carries the
  codes that a right detection has, the step at which it starts, and where it comes from. A fault that nobody could
  see from the running program alone carries no code, has a reason instead, and isn't counted.

**The freezing rule.** The faults and the workloads were fixed before the thresholds of the guard, without sight of its
implementation. Neither is changed to please the guard. What is added later carries `added=` with the reason, and is
counted on a line of its own, so that the frozen figure stays readable.

A fault counts as *detected* if one of its codes is among the findings, and as *in time* if the first such finding is at
most five optimizer steps after its start. Other findings of a faulty run are printed but don't count.

The NaN localisation grid is a benchmark of its own: `python -m benchmarks.localisation`.
"""
