"""Ratios that must not get worse: thresholds.json holds the ratio of each row and the noise that is let pass.

Of a row that is about memory it holds the MiB, which do not depend on how fast a machine is.
"""
import json
import os

PATH = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "thresholds.json")


def load():
    with open(PATH) as file:
        return json.load(file)


def figure(result):
    """What is compared, and what it is; None for a row that has neither a baseline nor memory as its aim."""
    if result.row.baselines:
        label = result.row.guard or result.baselines[0].label
        return result.value(f"ratio to {label}"), f"a ratio to {label}"
    quantities = [aim.quantity for aim in result.row.aims if aim.quantity == "private_mib"]
    return (result.value(quantities[0]), quantities[0]) if quantities else (None, "")


def failures(results):
    """What is worse than stored, one sentence each; a row without a threshold or a baseline is none."""
    stored = load()
    found = []
    for result in results:
        limit = stored["ratios"].get(result.row.name)
        if limit is None or result.error:
            continue
        value, what = figure(result)
        if value is None:
            continue
        allowed = limit * (1 + stored["noise"])
        if value > allowed:
            found.append(f"{result.row.name}: {what} of {value:.3f}, where {limit:.3f} is stored and {allowed:.3f} would "
                         f"pass")
    return found


def write(results):
    stored = load()
    for result in results:
        value, _ = figure(result)
        if value is not None and not result.error:
            stored["ratios"][result.row.name] = round(value, 4)
    with open(PATH, "w") as file:
        json.dump(stored, file, indent=2, ensure_ascii=False)
        file.write("\n")
