import pandas as pd
import torch
from sklearn.model_selection import train_test_split
from torch import nn

table = pd.read_csv("loans.csv")
X_train, X_test, y_train, y_test = train_test_split(table.drop(columns="paid").values, table["paid"].values)
X_train, X_test = torch.FloatTensor(X_train), torch.FloatTensor(X_test)
y_train, y_test = torch.FloatTensor(y_train).unsqueeze(1), torch.FloatTensor(y_test)

net = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(net.parameters())
criterion = nn.BCEWithLogitsLoss()
for epoch in range(100):
    optimizer.zero_grad()
    loss = criterion(net(X_train), y_train)
    loss.backward()
    optimizer.step()
    train_accuracy = ((net(X_train) > 0) == y_train).float().mean()

net.eval()
with torch.no_grad():
    guess = torch.sigmoid(net(X_test)).round()
    accuracy = (guess == y_test).sum() / len(y_test)  # TLN403
    wrong = (net(X_test) > 0).float().ne(y_test).sum()  # TLN403
    fine = (guess.squeeze(1) == y_test).sum() + (guess == y_test.unsqueeze(1)).sum() + (guess[:, 0] == y_test).sum()
    print(accuracy, wrong, fine, ((y_test[:, None] > 0.5) == y_test).sum(), (X_test[:, :1].round() == y_test).sum())
