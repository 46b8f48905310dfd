"""Looks for secrets in the tree and in each line that a commit of its history added. Run by scripts/check-secrets.

Detectors and filters are those of detect-secrets, and one for PostHog's keys. What is found and not judged to be harmless
in .secrets.baseline ("is_secret": false) fails. A judgement goes by the digest of what was found, wherever it stands.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys

from detect_secrets.__version__ import VERSION
from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.core.scan import _process_line_based_plugins
from detect_secrets.settings import default_settings

BASELINE = ".secrets.baseline"
POSTHOG_KEY = re.compile(r"ph[a-z]_[A-Za-z0-9]{32,}")
ENTROPY = {"Hex High Entropy String", "Base64 High Entropy String"}
# Recorded answers and fuzzing inputs are full of digests and noise: there only what has a key's shape counts.
NOISE = re.compile(r"^Tests/(Fuzz/(Corpus|Regressions)/|.*/(Recording|Oracle)/|.*/vectors\.jsonl$)")


class Scanner:
    """Most lines come twice, in the tree and in the history: one without a finding is looked at once."""

    def __init__(self):
        self.clean = set()

    def scan(self, path, lines):
        """lines: (number, text)."""
        # Detectors look for other things in code than in configuration, by the file's name.
        kind = os.path.splitext(path)[1]
        lines = [line for line in lines if (kind, line[1]) not in self.clean]
        found = [*_process_line_based_plugins(lines, path)]
        for number, text in lines:
            found += [PotentialSecret("PostHog Key", path, key, number) for key in POSTHOG_KEY.findall(text)]
        numbers = {one.line_number for one in found}
        self.clean.update((kind, text) for number, text in lines if number not in numbers)
        return [
            {"path": path, "type": one.type, "hashed_secret": one.secret_hash, "line_number": one.line_number}
            for one in found
            if not (one.type in ENTROPY and NOISE.search(path))
        ]

    def file(self, path):
        with open(path, encoding="utf-8", errors="replace") as file:
            return self.scan(path, list(enumerate(file.read().split("\n"), start=1)))

    def commit(self, commit):
        """What a commit says and adds; of a merge, what none of its parents had."""
        message, _, patch = git(
            "-c", "core.quotePath=off", "show", "--format=%an%n%ae%n%B%x00", "-U0", "--no-renames", "--no-color",
            "--no-ext-diff", "--no-textconv", "--diff-merges=dense-combined", commit,
        ).partition("\0")
        by_path = {"(commit message)": list(enumerate(message.split("\n"), start=1))}
        for path, number, text in added_lines(patch):
            by_path.setdefault(path, []).append((number, text))
        return [one for path, lines in by_path.items() if path != BASELINE for one in self.scan(path, lines)]


def added_lines(patch):
    """(path, line number, text) of each line that a patch adds. A merge's has a column of marks for each parent."""
    path, columns, old, new, number = "", 0, [], 0, 0
    for line in patch.split("\n"):
        if new > 0 or any(count > 0 for count in old):
            if line.startswith("\\"):
                continue
            marks, text = line[:columns], line[columns:]
            old = [count - (mark == "-" or (mark == " " and "-" not in marks)) for count, mark in zip(old, marks)]
            if "-" not in marks:
                if "+" in marks:
                    yield path, number, text
                number, new = number + 1, new - 1
        elif line.startswith("+++ "):
            path = line[4:].removeprefix("b/")
        elif header := re.match(r"(@@+)((?: -\d+(?:,\d+)?)+) \+(\d+)(?:,(\d+))? @@", line):
            columns = len(header[1]) - 1
            old = [int((part.split(",") + ["1"])[1]) for part in header[2].split()]
            number, new = int(header[3]), int(header[4] or 1)


def git(*arguments):
    return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout.decode("utf-8", "replace")


def tree():
    """Each file that git knows or would take, with a key that changes with what it holds."""
    for path in sorted(set(filter(None, git("ls-files", "-z", "-co", "--exclude-standard").split("\0")))):
        if path != BASELINE and os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as file:
                yield path, hashlib.sha256(path.encode() + b"\0" + file.read()).hexdigest()


class Cache:
    """What was found in what cannot change: files by their content, commits by their id."""

    def __init__(self, folder):
        with open(__file__, "rb") as file:
            version = hashlib.sha256(file.read() + VERSION.encode()).hexdigest()[:16]
        self.path = os.path.join(folder, f"scanned-{version}.json")
        self.known = {}
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as file:
                self.known = json.load(file)

    def findings(self, scan, what, key):
        if key not in self.known:
            self.known[key] = scan(what)
        return self.known[key]

    def save(self):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.known, file)
        os.replace(self.path + ".new", self.path)


def judged():
    """The baseline's entries."""
    if not os.path.exists(BASELINE):
        return []
    with open(BASELINE, encoding="utf-8") as file:
        return [entry for entries in json.load(file)["results"].values() for entry in entries]


def identity(one):
    return one["hashed_secret"], one["type"]


def record(found):
    """Writes the baseline anew: what was judged keeps its judgement, what is no longer found goes."""
    judgements = {identity(entry): entry["is_secret"] for entry in judged() if "is_secret" in entry}
    results = {}
    for key, one in {identity(one): one for one in reversed(found)}.items():
        entry = {"type": one["type"], "filename": one["path"], "hashed_secret": one["hashed_secret"],
                 "is_verified": False, "line_number": one["line_number"]}
        if key in judgements:
            entry["is_secret"] = judgements[key]
        results.setdefault(one["path"], []).append(entry)
    with default_settings() as settings:
        document = {"version": VERSION, **settings.json(), "results": dict(sorted(results.items()))}
    with open(BASELINE, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")


def prove(scanner):
    """What finds nothing looks like a clean tree: so it is shown a key each time, as a file, a commit and a merge add it."""
    key = "AKIA" + "ABCDEFGH23456789"
    for marks, header in (("+", "@@ -0,0 +7 @@"), (" +", "@@@ -1,1 -0,0 +7,1 @@@"), ("++", "@@@ -1 -0,0 +7,2 @@@")):
        before = {" +": "- gone\n", "++": " +kept\n"}.get(marks, "")
        lines = list(added_lines(f"+++ b/a.txt\n{header}\n{before}{marks}id = {key}\n"))
        if not any(one["type"] == "AWS Access Key" for one in scanner.scan("a.txt", [line[1:] for line in lines])):
            sys.exit(f"The scanner does not find a key that '{header}' adds: of no use.")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", required=True)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()

    cache, scanner = Cache(options.cache), Scanner()
    files = [(path, key) for path, key in tree() if not options.files or path in options.files]
    commits = [] if options.files else git("rev-list", "HEAD").split()
    with default_settings():
        prove(Scanner())
        found = [one for path, key in files for one in cache.findings(scanner.file, path, key)]
        for commit in commits:
            found += [{**one, "commit": commit[:9]} for one in cache.findings(scanner.commit, commit, commit)]
    cache.save()
    if options.record:
        record(found)

    harmless = {identity(entry) for entry in judged() if entry.get("is_secret") is False}
    new = [one for one in found if identity(one) not in harmless]
    for one in new:
        place = f" of {one['commit']}" if "commit" in one else ""
        print(f"{one['path']}:{one['line_number']}{place}: {one['type']} ({one['hashed_secret'][:12]})", file=sys.stderr)
    print(f"secrets: {len(files)} files and {len(commits)} commits scanned, {len(new)} findings that nobody judged")
    if new:
        print("Take a secret out and make it invalid; see CONTRIBUTING.md for what is none.", file=sys.stderr)
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
