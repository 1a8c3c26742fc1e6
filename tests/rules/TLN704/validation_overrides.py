import torch
from torch.utils.data import DataLoader, random_split
from torchvision import datasets, transforms

augment = transforms.Compose([transforms.RandomHorizontalFlip(), transforms.ToTensor()])
plain = transforms.ToTensor()
dataset = datasets.ImageFolder("flowers", transform=augment)
train_set, val_set = random_split(dataset, [800, 200], generator=torch.Generator().manual_seed(0))
val_set.dataset.transform = plain  # TLN704
train_loader, val_loader = DataLoader(train_set, 32, shuffle=True), DataLoader(val_set, 32)
