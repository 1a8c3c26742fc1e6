"""An adapter whose source is at hand, around a network of diffusers: neither has Dropout or BatchNorm."""
import torch
from adapters import adapt
from diffusers import UNet2DConditionModel

denoiser = adapt(UNet2DConditionModel.from_pretrained("weights", subfolder="unet"))
optimizer = torch.optim.AdamW(denoiser.parameters(), lr=1e-4)
batches = [(torch.randn(2, 4, 32, 32), torch.randint(0, 1000, (2,)), torch.randn(2, 77, 768)) for _ in range(200)]

denoiser.train()
for step, (latents, times, texts) in enumerate(batches):
    noise = torch.randn_like(latents)
    optimizer.zero_grad()
    loss = (denoiser(latents + noise, times, texts) - noise).square().mean()
    loss.backward()
    optimizer.step()

    if step % 50 == 0:
        denoiser.eval()
        with torch.no_grad():
            preview = denoiser(noise[:1], times[:1], texts[:1])
        print(step, preview.std().item())
