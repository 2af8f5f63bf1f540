"""Trains the model: train.py FOLDER

Leaves there `model.json`, which serve.py loads, and `train.csv`, the table with the answers of the
model, of which `boxkited baseline` makes the baseline.
"""

import csv
import json
import pathlib
import random
import sys

import linear
import patients

ROWS = 2000


def main(folder):
    source = random.Random(1)
    people = [patients.draw(source) for _ in range(ROWS)]
    targets = [patients.progression(source, person) for person in people]
    weights = linear.fit([linear.numbers(person) for person in people], targets)

    (folder / "model.json").write_text(json.dumps({"weights": weights}), encoding="utf-8")
    with open(folder / "train.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow([*patients.FEATURES, "prediction"])
        for person in people:
            table.writerow([*person.values(), round(linear.predict(weights, person), 3)])
    print(f"trained on {ROWS} rows", flush=True)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
