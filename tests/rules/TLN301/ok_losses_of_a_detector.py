"""A detector of torchvision tells its losses in train mode only, also those of the validation."""

import torch
import torchvision


def build(classes):
    model = torchvision.models.detection.maskrcnn_resnet50_fpn(pretrained=True)
    inputs = model.roi_heads.box_predictor.cls_score.in_features
    model.roi_heads.box_predictor = torchvision.models.detection.faster_rcnn.FastRCNNPredictor(inputs, classes)
    return model


def main():
    model = build(21)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.005)
    train_loader, valid_loader = torch.load("loaders.pt")
    for _ in range(10):
        model.train()
        for images, targets in train_loader:
            losses = sum(model(images, targets).values())
            optimizer.zero_grad()
            losses.backward()
            optimizer.step()
        valid_loss = 0.0
        with torch.no_grad():
            for images, targets in valid_loader:
                valid_loss += sum(model(images, targets).values()).item()
        print(valid_loss)


main()
