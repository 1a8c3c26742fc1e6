"""How good is a restored picture? The difference is taken in floats."""

import torch
from torch import nn

torch.manual_seed(0)
rows = torch.linspace(0, 6, 64)
truth = 0.5 + 0.4 * torch.sin(rows)[:, None] * torch.cos(rows)[None, :]
noisy = (truth + 0.15 * torch.randn(64, 64)).clamp(0, 1)

denoiser = nn.Sequential(nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.Conv2d(16, 1, 5, padding=2))
optimizer = torch.optim.Adam(denoiser.parameters(), lr=3e-3)
for step in range(60):
    clean = truth.roll(step, dims=1)[None, None]
    loss = nn.functional.mse_loss(denoiser(clean + 0.15 * torch.randn_like(clean)), clean)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def to_pixels(picture):
    return (picture * 255).round().clamp(0, 255).to(torch.uint8)


def psnr(restored, reference):
    a, b = to_pixels(restored), to_pixels(reference)
    mse = ((a.float() - b.float()) ** 2).mean()
    return (10 * torch.log10(255**2 / mse)).item()


with torch.no_grad():
    restored = denoiser(noisy[None, None])[0, 0]
print(f"PSNR of the noisy picture: {psnr(noisy, truth):.1f} dB, of the restored one: {psnr(restored, truth):.1f} dB")
