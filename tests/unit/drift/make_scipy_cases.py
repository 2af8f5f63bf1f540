"""Writes scipy_cases.json: count vectors, and what scipy 1.10 makes of them.

    /usr/bin/python3 tests/unit/drift/make_scipy_cases.py

Where both sides are nearly alike, scipy and numpy subtract quotients and keep few digits. So the
scores are computed in exact fractions, with logarithms and roots to 40 digits, and each is
required to be what scipy or numpy gives, within what these lose. P-values are scipy's own, but
for Fisher's where totals are large: scipy's rests on differences of huge logarithms there.
"""

import json
import math
import pathlib
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np
from scipy import special, stats
from scipy.spatial.distance import jensenshannon

CASES = pathlib.Path(__file__).with_name("scipy_cases.json")

getcontext().prec = 40


# ---- Statistics ----

def decimal(fraction):
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)


def agreed(exact, other, relative=1e-9, absolute=1e-12):
    """The exact value, which another way to it confirms."""
    exact = float(exact)
    assert abs(exact - other) <= relative * abs(exact) + absolute, (exact, other)
    return exact


def shares(counts):
    total = sum(counts)
    return [count / total for count in counts]


def log_ratio_sum(p, q):
    return sum((decimal(a - b) * decimal(a / b).ln() for a, b in zip(p, q)), Decimal(0))


def numpy_log_ratio_sum(p, q):
    p, q = np.array(p, float), np.array(q, float)
    return np.sum((p - q) * np.log(p / q))


def kl(b, l):
    p, q = (shares([count + 1 for count in counts]) for counts in (b, l))
    return agreed(log_ratio_sum(p, q), numpy_log_ratio_sum(p, q))


def psi(b, l):
    p, q = ([max(share, Fraction(1, 10_000)) for share in shares(counts)] for counts in (b, l))
    return agreed(log_ratio_sum(p, q), numpy_log_ratio_sum(p, q))


def js(b, l):
    divergence = Decimal(0)
    for p, q in zip(shares(b), shares(l)):
        for share in (p, q):
            if share > 0:
                divergence += decimal(share) * decimal(2 * share / (p + q)).ln() / 2
    # Of a root of what is lost, half the digits are lost; of what is less than nothing, all.
    scipys = np.nan_to_num(jensenshannon(np.array(b, float), np.array(l, float), base=2))
    return agreed((max(divergence, 0) / Decimal(2).ln()).sqrt(), scipys, absolute=1e-7)


def linf(b, l):
    difference = np.array(b, float) / float(sum(b)) - np.array(l, float) / float(sum(l))
    return agreed(max(abs(p - q) for p, q in zip(shares(b), shares(l))), np.abs(difference).max())


def cumulative(counts):
    return [sum(counts[:i + 1]) for i in range(len(counts))]


def cumulative_differences(b, l):
    return [abs(p - q) for p, q in zip(cumulative(shares(b)), cumulative(shares(l)))]


def ks(b, l):
    both = [np.cumsum(np.array(counts, float)) / float(sum(counts)) for counts in (b, l)]
    return agreed(max(cumulative_differences(b, l)[:-1]), np.abs(both[0] - both[1])[:-1].max())


def wasserstein(b, l, bounds):
    b, l = b[:-1], l[:-1]
    if sum(b) == 0 or sum(l) == 0:
        return None
    xs = [Fraction(bound) for bound in bounds]
    middles = [xs[0]] + [(low + high) / 2 for low, high in zip(xs, xs[1:])]
    mean = sum(p * x for p, x in zip(shares(b), middles))
    variance = sum(p * (x - mean) ** 2 for p, x in zip(shares(b), middles))
    if variance == 0:
        return None
    area = sum(d * (high - low)
               for d, low, high in zip(cumulative_differences(b, l), xs, xs[1:]))
    scipys = stats.wasserstein_distance(bounds, bounds, np.array(b, float), np.array(l, float))
    return agreed(decimal(area) / decimal(variance).sqrt(), scipys / float(variance) ** 0.5)


def contingency(b, l):
    """Pearson's statistic and its p-value; of one bin in use there is no contingency."""
    table = [(p, q) for p, q in zip(b, l) if p + q > 0]
    if len(table) < 2:
        return 0.0, 1.0
    all_b, all_l = sum(b), sum(l)
    exact = sum((p * all_l - q * all_b) ** 2 / (all_b * all_l * (p + q)) for p, q in table)
    statistic, p_value, _, _ = stats.chi2_contingency(np.array(table, float).T, correction=False)
    return agreed(exact, statistic), float(p_value)


def ks_p_value(b, l, statistic):
    n = sum(b) * sum(l) / (sum(b) + sum(l))
    return float(stats.kstwobign.sf(float(n) ** 0.5 * statistic))


# ---- Significance ----

def is_dense(bin_b, bin_l, all_b, all_l, pooled):
    """Whether a bin expects 10 values: by the baseline, or on each side by both together."""
    if pooled:
        return (bin_b + bin_l) * min(all_b, all_l) >= 10 * (all_b + all_l)
    return bin_b * all_l >= 10 * all_b


def groups(b, l, ordered, pooled):
    """Bins merged until each expects 10 values."""
    weight = [p + q for p, q in zip(b, l)] if pooled else b
    order = range(len(b)) if ordered else sorted(range(len(b)), key=lambda i: (-weight[i], i))
    made, open_b, open_l = [], 0, 0
    for i in order:
        open_b, open_l = open_b + b[i], open_l + l[i]
        if is_dense(open_b, open_l, sum(b), sum(l), pooled):
            made.append((open_b, open_l))
            open_b, open_l = 0, 0
    if made:
        made[-1] = (made[-1][0] + open_b, made[-1][1] + open_l)
    return made


def exact_fisher(bin_b, bin_l, all_b, all_l):
    """The probability of the table from one rising product, then those of all beyond it."""
    term, of_all = Decimal(1), all_b + all_l
    for i in range(bin_l):
        term = term * (bin_b + bin_l - i) / (bin_l - i) * (all_l - i) / (of_all - i)
    for i in range(bin_b):
        term = term * (all_b - i) / (of_all - bin_l - i)
    total = Decimal(0)
    while term > total * Decimal("1e-30"):
        total += term
        term = term * bin_b * (all_l - bin_l) / ((bin_l + 1) * (all_b - bin_b + 1))
        bin_b, bin_l = bin_b - 1, bin_l + 1
    return float(total)


def fisher(bin_b, bin_l, all_b, all_l):
    if bin_l * all_b <= bin_b * all_l:  # Not grown: a half or more, which decides nothing.
        return 1.0
    exact = exact_fisher(bin_b, bin_l, all_b, all_l)
    if all_b + all_l <= 20_000:
        table = [[bin_l, all_l - bin_l], [bin_b, all_b - bin_b]]
        agreed(exact, stats.fisher_exact(table, alternative="greater")[1], relative=1e-8)
    return exact


def rounded(count):
    return int(count + Fraction(1, 2))


def rank_sum(b, l):
    """Two-sided, by the normal limit with the correction for ties."""
    all_b, all_l = sum(b), sum(l)
    n = all_b + all_l
    if n <= 1:
        return 1.0
    larger = sum(q * (sum(b[:i]) + Fraction(p) / 2) for i, (p, q) in enumerate(zip(b, l)))
    variance = all_b * all_l * (n ** 3 - sum((p + q) ** 3 for p, q in zip(b, l))) \
        / Fraction(12 * n * (n - 1))
    if variance == 0:
        return 1.0
    squared = (larger - all_b * all_l / Fraction(2)) ** 2 / variance
    exact = float(special.erfc(math.sqrt(squared / 2)))
    whole = all(Fraction(count).denominator == 1 for count in [*b, *l])
    if whole and n <= 20_000:
        samples = [np.repeat(np.arange(len(b)), [int(count) for count in side]) for side in (l, b)]
        agreed(exact, stats.mannwhitneyu(*samples, use_continuity=False,
                                         method="asymptotic").pvalue, relative=1e-8)
    return exact


def p_value_of(b, l, ordered, pooled):
    made = groups(b, l, ordered, pooled)
    p1 = contingency(*zip(*made))[1] if len(made) > 1 else 1.0
    sparse = [(p, q) for p, q in zip(b, l) if not is_dense(p, q, sum(b), sum(l), pooled)]
    all_b, all_l = rounded(sum(b)), rounded(sum(l))
    tests = [fisher(rounded(p), rounded(q), all_b, all_l) for p, q in sparse]
    p2 = min(tests) * len(tests) if tests else 1.0
    return min(1.0, 3 * min(p1, p2, rank_sum(b, l)) if ordered else 2 * min(p1, p2))


def sampling_p_value(b, l, ordered):
    by_baseline = p_value_of(b, l, ordered, pooled=False)
    return by_baseline if ordered else max(by_baseline, p_value_of(b, l, ordered, pooled=True))


# ---- Cases ----

def drawn_shares(random, bins):
    kind = random.randint(4)
    if kind == 0:
        return np.full(bins, 1 / bins)
    if kind == 1:
        return random.dirichlet(np.full(bins, 0.3))
    if kind == 2:
        raw = 0.7 ** np.arange(bins)
        return raw / raw.sum()
    raw = np.exp(-0.5 * np.linspace(-3, 3, bins) ** 2)
    return raw / raw.sum()


def drifted_shares(random, share):
    kind = random.randint(6)
    if kind == 0:
        return np.roll(share, 1)
    if kind == 1:
        return share[::-1].copy()
    if kind == 2:  # A rare bin grows to a half.
        grown = share / 2
        grown[np.argmin(share)] += 0.5
        return grown
    if kind == 3:
        raw = share * np.exp(random.normal(size=share.size) * 0.3)
        return raw / raw.sum()
    if kind == 4:
        return drawn_shares(random, share.size)
    return share


def live_counts(random, share, baseline):
    kind = random.randint(10)
    if kind == 0:
        return baseline.copy()
    if kind == 1:
        return baseline * int(random.choice((3, 1000)))
    if kind == 2:  # Where the baseline has nothing, if there is such a bin.
        return np.where(baseline > 0, 0, 7) + (0 if (baseline == 0).any() else baseline[::-1])
    if kind == 3:  # One value moved.
        moved = baseline.copy()
        moved[np.argmax(moved)] -= 1
        moved[random.randint(moved.size)] += 1
        return moved
    total = int(random.choice((1, 5, 40, 200, 500, 3000, 50_000, 1_000_000)))
    return random.multinomial(total, drifted_shares(random, share))


def drawn_bounds(random, bins):
    scale = 10.0 ** random.randint(-6, 7)
    kind = random.randint(4)
    if kind == 0:
        bounds = np.linspace(0, 1, bins - 1) if bins > 2 else np.array([0.5])
    elif kind == 1:
        bounds = np.linspace(-3, 3, bins - 1)
    elif kind == 2:
        bounds = np.cumsum(random.exponential(size=bins - 1)) - 5
    else:
        bounds = 1e6 + np.arange(bins - 1)
    return [float(f"{bound:.9g}") for bound in bounds * scale]


def case(seed):
    random = np.random.RandomState(seed)  # Its draws stay the same in every version of numpy.
    bins = int(random.choice((1, 2, 3, 5, 10, 20, 32, 51, 90, 200),
                             p=(.03, .1, .1, .15, .2, .15, .15, .08, .02, .02)))
    share = drawn_shares(random, bins)
    total = int(random.choice((30, 100, 300, 1000, 10_000, 200_000, 10_000_000)))
    baseline = random.multinomial(total, share)
    live = live_counts(random, share, baseline)
    if random.randint(12) == 0:
        baseline = baseline / 4
    bounds = drawn_bounds(random, bins) if bins > 1 and random.randint(2) else []
    return baseline.tolist(), live.tolist(), bounds


def judged(baseline, live, bounds):
    b, l = ([Fraction(count) for count in counts] for counts in (baseline, live))
    scores = {"kl": kl(b, l), "psi": psi(b, l), "js": js(b, l), "linf": linf(b, l)}
    p_values = {}
    if bounds:
        scores["ks"] = ks(b, l)
        scores["wasserstein"] = wasserstein(b, l, bounds)
        p_values["ks"] = ks_p_value(b, l, scores["ks"])
    else:
        scores["chi_squared"], p_values["chi_squared"] = contingency(b, l)
    return {"baseline": baseline, "live": live, "bounds": bounds, "scores": scores,
            "p_values": p_values, "sampling_p_value": sampling_p_value(b, l, bool(bounds))}


def cases(count=300):
    return [judged(*case(seed)) for seed in range(count)]


def write():
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases())
    CASES.write_text(f"[\n{lines}\n]\n", "ascii")


if __name__ == "__main__":
    write()
