"""Small baselines, as text."""

AGE = """\
# HELP feature_0_value_baseline Baseline values for feature: age
# TYPE feature_0_value_baseline histogram
feature_0_value_baseline_bucket{le="0.0"} 1.0
feature_0_value_baseline_bucket{le="10.0"} 2.0
feature_0_value_baseline_bucket{le="+Inf"} 3.0
feature_0_value_baseline_count 3.0
feature_0_value_baseline_sum 12.0
"""

COLOUR = """\
# HELP feature_1_value_baseline_total Baseline values for feature: colour
# TYPE feature_1_value_baseline_total counter
feature_1_value_baseline_total{bin="red"} 1.0
feature_1_value_baseline_total{bin="nan"} 2.0
"""

GRADE = """\
# HELP feature_2_value_baseline_total Baseline values for feature: grade
# TYPE feature_2_value_baseline_total counter
feature_2_value_baseline_total{bin="1.0"} 1.0
feature_2_value_baseline_total{bin="2.0"} 2.0
"""

OUTPUT = """\
# HELP inference_value_baseline Baseline inference values
# TYPE inference_value_baseline histogram
inference_value_baseline_bucket{le="0.0"} 1.0
inference_value_baseline_bucket{le="1.0"} 2.0
inference_value_baseline_bucket{le="+Inf"} 3.0
inference_value_baseline_count 3.0
inference_value_baseline_sum 3.0
"""

# A continuous feature, one whose bins are texts, one whose bins are numbers, and an output.
SMALL = AGE + COLOUR + GRADE + OUTPUT


def copies(text, count):
    """A baseline of many features, each like the one that `text` holds."""
    number = text.split("_")[1]
    return "".join(text.replace(f"feature_{number}_", f"feature_{i}_")
                   .replace("for feature: ", f"for feature: {i} ") for i in range(count))
