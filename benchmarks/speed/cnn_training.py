"""The network and training of cnn_training.cpp in Python's torch, as its users write it.

    /usr/bin/python3 cnn_training.py <folder with Fashion-MNIST> [float32|bfloat16] [images to see]
"""
import gzip
import json
import math
import os
import sys
import time

import numpy as np
import torch
from torch import nn

folder = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/datasets/fashion-mnist"
precision = sys.argv[2] if len(sys.argv) > 2 else "float32"
samples = float(sys.argv[3]) if len(sys.argv) > 3 else 40_000
batch = 128

torch.set_num_threads(1)
torch.manual_seed(1)


def read_idx(name, header):
    with gzip.open(os.path.join(folder, name)) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


images = torch.from_numpy(read_idx("train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28).copy())
labels = torch.from_numpy(read_idx("train-labels-idx1-ubyte.gz", 8).astype(np.int64))
mean, deviation = float(images.float().mean()), float(images.float().std())


def layer(inputs, filters, pool):
    parts = [nn.Conv2d(inputs, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters), nn.ReLU(inplace=True)]
    return parts + [nn.MaxPool2d(2)] if pool else parts


net = nn.Sequential(
    *layer(1, 16, True), *layer(16, 32, True), *layer(32, 64, False), *layer(64, 64, False),
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
for module in net.modules():
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight)
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=module.in_features ** -0.5)
        nn.init.zeros_(module.bias)
decaying = [p for p in net.parameters() if p.dim() > 1]
others = [p for p in net.parameters() if p.dim() <= 1]
optimizer = torch.optim.SGD([{"params": decaying, "weight_decay": 5e-4}, {"params": others}], lr=0.1, momentum=0.9,
                            nesterov=True)
loss_of = nn.CrossEntropyLoss()


def one_cycle(progress, warm_up=0.15):
    if progress < warm_up:
        return 0.1 + 0.9 * progress / warm_up
    return 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))


seen, losses, order, at = 0, [], None, len(images)
start = time.perf_counter()
while seen < samples:
    if at + batch > len(images):
        order, at = torch.randperm(len(images)), 0
    rows = order[at:at + batch]
    at += batch
    inputs = (images[rows].float() - mean) / deviation
    for group in optimizer.param_groups:
        group["lr"] = 0.1 * one_cycle(seen / samples)
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
        loss = loss_of(net(inputs), labels[rows])
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    seen += batch
seconds = time.perf_counter() - start
print(json.dumps({"benchmark": "cnn_training", "program": "python3-torch " + torch.__version__, "precision": precision,
                  "images_per_second": seen / seconds, "images": samples, "mean_loss": float(np.mean(losses))}))
