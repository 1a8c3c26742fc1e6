"""What is imported when: torch only for the guard, libcst never for it. Each in a process of its own."""

from __future__ import annotations

import subprocess
import sys


def python(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


WITHOUT_TORCH = """\
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")

sys.meta_path.insert(0, Blocker())
import torchlint
"""


def test_importing_torchlint_imports_neither_torch_nor_libcst() -> None:
    seen = python("import sys, torchlint; print([name for name in ('torch', 'libcst', 'rich') if name in sys.modules])")
    assert seen == "[]"


def test_the_guard_imports_no_libcst_and_loads_no_compiler() -> None:
    program = """\
import sys, torch, torchlint
torch.manual_seed(0)
model = torch.nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
with torchlint.guard(model, action="record") as guard:
    for _ in range(6):
        model(torch.randn(8, 4)).square().mean().backward()
        optimizer.step()
assert [finding.code for finding in guard.findings] == ["TLN101"]
assert "missing-zero-grad" in guard.summary()
frameworks = ("accelerate", "ignite", "lightning", "pytorch_lightning", "transformers")
print([name for name in ("libcst", "torchlint.linter", *frameworks) if name in sys.modules])
"""
    assert python(program) == "[]"


def test_without_torch_the_guard_says_what_to_install() -> None:
    program = f"""{WITHOUT_TORCH}
try:
    torchlint.guard
except ImportError as error:
    print(error)
"""
    assert python(program) == 'torchlint.guard needs torch: pip install "torchlint[runtime]"'


def test_without_torch_the_linter_works() -> None:
    assert python(f"{WITHOUT_TORCH}\nimport torchlint.linter; print(torchlint.__version__)")
