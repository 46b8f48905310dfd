"""Ratios that must not get worse: thresholds.json holds the ratio of each row and the noise that is let pass."""
import json
import os

PATH = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "thresholds.json")


def load():
    with open(PATH) as file:
        return json.load(file)


def failures(results):
    """What is worse than stored, one sentence each; a row without a threshold or a baseline is none."""
    stored = load()
    found = []
    for result in results:
        limit = stored["ratios"].get(result.row.name)
        value = result.value("ratio")
        if limit is None or value is None:
            continue
        allowed = limit * (1 + stored["noise"])
        if value > allowed:
            found.append(f"{result.row.name}: a ratio of {value:.3f} to {result.baselines[0].label}, where {limit:.3f} is "
                         f"stored and {allowed:.3f} would pass")
    return found


def write(results):
    stored = load()
    for result in results:
        value = result.value("ratio")
        if value is not None and not result.error:
            stored["ratios"][result.row.name] = round(value, 4)
    with open(PATH, "w") as file:
        json.dump(stored, file, indent=2, ensure_ascii=False)
        file.write("\n")
