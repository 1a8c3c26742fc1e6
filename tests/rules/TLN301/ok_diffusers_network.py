"""The UNet of diffusers has no active dropout and no BatchNorm: previews may be sampled in train mode."""
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from diffusers import DDPMScheduler, UNet2DModel


def main(name, loader, optimizer):
    accelerator = Accelerator()
    unet = UNet2DModel.from_pretrained(name, subfolder="unet")
    scheduler = DDPMScheduler.from_pretrained(name, subfolder="scheduler")
    unet, optimizer, loader = accelerator.prepare(unet, optimizer, loader)
    for epoch in range(3):
        unet.train()
        for step, images in enumerate(loader):
            noise = torch.randn_like(images)
            steps = torch.randint(0, 1000, (len(images),))
            if step % 100 == 0:
                sample = torch.randn(4, 3, 64, 64)
                for t in scheduler.timesteps:
                    with torch.no_grad():
                        sample = scheduler.step(unet(sample, t).sample, t, sample).prev_sample
            loss = F.mse_loss(unet(scheduler.add_noise(images, noise, steps), steps).sample, noise)
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
