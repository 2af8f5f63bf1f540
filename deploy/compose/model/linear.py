"""A linear model, without any library."""


def numbers(person):
    """A person as the model sees one."""
    return [1.0, person["age"], 1.0 if person["sex"] == "male" else 0.0, person["bmi"],
            person["blood_pressure"], person["glucose"]]


def fit(rows, targets):
    """Weights that predict the targets with the least squares of errors."""
    size = len(rows[0])
    # Of the normal equations, what stands on the left and on the right, side by side.
    system = [[sum(row[i] * row[j] for row in rows) for j in range(size)] +
              [sum(row[i] * target for row, target in zip(rows, targets))] for i in range(size)]
    for i in range(size):
        best = max(range(i, size), key=lambda k: abs(system[k][i]))
        system[i], system[best] = system[best], system[i]
        system[i] = [value / system[i][i] for value in system[i]]
        for k in range(size):
            if k != i:
                system[k] = [a - system[k][i] * b for a, b in zip(system[k], system[i])]
    return [row[-1] for row in system]


def predict(weights, person):
    return sum(weight * number for weight, number in zip(weights, numbers(person)))
