"""Compare what the network restored with the truth."""
import glob

import cv2
import numpy as np
import torch


def evaluate(net, noisy_dir, clean_dir):
    net.eval()
    errors = []
    for noisy_path, clean_path in zip(sorted(glob.glob(noisy_dir)), sorted(glob.glob(clean_dir))):
        noisy = cv2.imread(noisy_path)
        clean = cv2.imread(clean_path)
        x = torch.from_numpy(noisy).permute(2, 0, 1).unsqueeze(0).float() / 255
        with torch.no_grad():
            y = net(x)[0].permute(1, 2, 0).clamp(0, 1).numpy()
        restored = (y * 255).astype(np.uint8)
        errors.append(np.mean(np.square(restored.astype(np.float32) - clean)))
    return float(np.mean(errors))
