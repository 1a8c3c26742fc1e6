import torch
import torchvision


def instances(classes):
    model = torchvision.models.detection.maskrcnn_resnet50_fpn(weights="DEFAULT")
    inputs = model.roi_heads.box_predictor.cls_score.in_features
    model.roi_heads.box_predictor = torchvision.models.detection.faster_rcnn.FastRCNNPredictor(inputs, classes)
    return model


def outputs(image, model, threshold):
    with torch.no_grad():
        found = model(image)
    return [box for box, score in zip(found[0]["boxes"], found[0]["scores"]) if score > threshold]


if __name__ == "__main__":
    model = instances(21)
    model.load_state_dict(torch.load("instances.pt"))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device).eval()
    print(outputs(torch.load("image.pt").to(device), model, 0.6))
