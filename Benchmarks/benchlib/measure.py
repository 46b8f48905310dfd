"""Takes the samples of rows, round by round, subject and baselines in turns."""
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

from benchlib.sides import Failure, Missing


EMPTY_TEMPLATE = '''# /// script
# requires-python = ">=3.9"
# dependencies = []
#
# [tool.airlock]
# title = "Nothing"
# description = "Does nothing."
# ///
'''


class Setting:
    """Where things are; the data is made when the first row asks for it."""

    def __init__(self, build, cache):
        self.airlock = os.path.join(build, "airlock")
        self.bench = os.path.join(build, "airlock-bench")
        self.cache = cache
        self.is_prepared = False
        self.folder = tempfile.TemporaryDirectory()
        self.empty = os.path.join(self.folder.name, "empty.py")
        open(self.empty, "w").close()
        self.template = os.path.join(self.folder.name, "nothing.py")
        with open(self.template, "w") as file:
            file.write(EMPTY_TEMPLATE)

    def built_bench(self):
        if not os.access(self.bench, os.X_OK):
            raise Failure(f"{self.bench} is not built (swift build -c release --product airlock-bench)")
        return self.bench

    def prepared(self):
        if not self.is_prepared:
            os.makedirs(self.cache, exist_ok=True)
            print("bench: making the data, where it is not there", file=sys.stderr)
            if subprocess.run([self.built_bench(), "prepare", self.cache]).returncode != 0:
                raise Failure("the data could not be made")
            self.is_prepared = True
        return self.cache

    def import_file(self):
        folder = self.prepared()
        names = [name for name in os.listdir(folder) if name.endswith(".jsonl")]
        if len(names) != 1:
            raise Failure(f"one JSONL file was expected in {folder}; delete that folder")
        return os.path.join(folder, names[0])


@dataclass
class Side:
    label: str
    samples: list = field(default_factory=list)
    missing: str = ""

    @property
    def median(self):
        return statistics.median(self.times) if self.samples else None

    @property
    def times(self):
        return [time for sample in self.samples for time in sample.times]

    def percentile(self, share):
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass
class Result:
    row: object
    subject: Side
    baselines: list
    error: str = ""

    def ratio(self, baseline):
        return self.subject.median / baseline.median if baseline.samples and self.subject.samples else None

    def value(self, quantity):
        """What an aim speaks of; None when it could not be measured."""
        samples = self.subject.samples
        if not samples:
            return None
        if quantity == "ratio":
            return self.ratio(self.baselines[0]) if self.baselines else None
        if quantity.startswith("ratio to "):
            side = next((side for side in self.baselines if side.label == quantity.removeprefix("ratio to ")), None)
            return None if side is None or side.missing else self.ratio(side)
        if quantity == "p99 ratio":
            side = self.baselines[0]
            return None if side.missing else self.subject.percentile(0.99) / side.percentile(0.99)
        if quantity == "added ms":
            return None if self.baselines[0].missing else self.subject.median - self.baselines[0].median
        if quantity in ("ms", "us"):
            return self.subject.median * (1000 if quantity == "us" else 1)
        if quantity == "MiB":
            return max(sample.peak_mib for sample in samples)
        return statistics.median(sample.extra[quantity] for sample in samples)


def run(rows, setting, rounds):
    return [measure(row, setting, rounds or row.rounds) for row in rows]


def measure(row, setting, rounds):
    print(f"bench: {row.name}", file=sys.stderr)
    result = Result(row, Side(row.subject.label), [Side(side.label) for side in row.baselines])
    running = []
    try:
        for side, taken in zip([row.subject, *row.baselines], [result.subject, *result.baselines]):
            try:
                side.start(setting)
                running.append((side, taken))
            except Missing as reason:
                taken.missing = str(reason)
        for turn in range(rounds + row.warm_up):
            for side, taken in running:
                sample = side.run()
                # The first rounds fill caches.
                if turn >= row.warm_up:
                    taken.samples.append(sample)
        if row.compares_answers:
            compare(result)
    except Failure as failure:
        result.error = str(failure)
    finally:
        for side, _ in running:
            side.stop()
    return result


def compare(result):
    for baseline in result.baselines[:1]:
        for ours, theirs in zip(result.subject.samples, baseline.samples):
            if ours.answer != theirs.answer:
                raise Failure(f"the answers differ: {str(ours.answer)[:300]} and {str(theirs.answer)[:300]}")
