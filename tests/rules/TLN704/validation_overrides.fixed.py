import torch
from torch.utils.data import DataLoader, Subset, random_split
from torchvision import datasets, transforms

augment = transforms.Compose([transforms.RandomHorizontalFlip(), transforms.ToTensor()])
plain = transforms.ToTensor()
train_idx, val_idx = random_split(range(1000), [800, 200], generator=torch.Generator().manual_seed(0))
train_set = Subset(datasets.ImageFolder("flowers", transform=augment), train_idx.indices)
val_set = Subset(datasets.ImageFolder("flowers", transform=plain), val_idx.indices)
train_loader, val_loader = DataLoader(train_set, 32, shuffle=True), DataLoader(val_set, 32)
