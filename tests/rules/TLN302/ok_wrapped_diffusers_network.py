"""A network of diffusers has no active Dropout and no BatchNorm, and an adapter around it adds none."""

import torch
from diffusers import UNet2DConditionModel
from peft import OFTConfig, get_peft_model

denoiser = UNet2DConditionModel.from_pretrained("weights", subfolder="unet")
denoiser = get_peft_model(denoiser, OFTConfig(r=8, target_modules=["to_q", "to_v"]))
optimizer = torch.optim.AdamW(denoiser.parameters(), lr=1e-4)
batches = [(torch.randn(2, 4, 32, 32), torch.randint(0, 1000, (2,)), torch.randn(2, 77, 768)) for _ in range(200)]

denoiser.train()
for step, (latents, times, texts) in enumerate(batches):
    noise = torch.randn_like(latents)
    optimizer.zero_grad()
    loss = (denoiser(latents + noise, times, texts).sample - noise).square().mean()
    loss.backward()
    optimizer.step()

    if step % 50 == 0:
        denoiser.eval()
        with torch.no_grad():
            preview = denoiser(noise[:1], times[:1], texts[:1]).sample
        print(step, preview.std().item())
