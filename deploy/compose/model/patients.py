"""A table of made-up people with diabetes: nobody's data, so that anybody may have it."""

FEATURES = ("age", "sex", "bmi", "blood_pressure", "glucose")


def draw(random, older=False):
    """One person. `older` is how the population differs from that of training."""
    age = random.triangular(45, 90, 75) if older else random.triangular(18, 85, 48)
    sex = random.choice(("female", "male"))
    bmi = random.gauss(26, 4) + 0.03 * (age - 48)
    pressure = random.gauss(90, 11) + 0.25 * (age - 48)
    glucose = random.gauss(105, 18) + 1.2 * (bmi - 26)
    return {"age": int(age), "sex": sex, "bmi": round(bmi, 1),
            "blood_pressure": round(pressure), "glucose": round(glucose)}


def progression(random, person):
    """How far the disease is a year later, which the model learns to predict."""
    return (20 + 0.6 * person["age"] + 4 * (person["bmi"] - 20) + 0.5 * person["blood_pressure"]
            + 0.4 * person["glucose"] + (8 if person["sex"] == "male" else 0)
            + random.gauss(0, 12))
