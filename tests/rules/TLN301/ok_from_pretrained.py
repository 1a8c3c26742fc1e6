"""`from_pretrained` gives the model in eval mode."""
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

name = "distilbert-base-uncased-finetuned-sst-2-english"
tokenizer = AutoTokenizer.from_pretrained(name)
model = AutoModelForSequenceClassification.from_pretrained(name)

with torch.no_grad():
    for review in ("a joy from start to end", "two hours I want back"):
        logits = model(**tokenizer(review, return_tensors="pt")).logits
        print(review, logits.softmax(-1).tolist())
