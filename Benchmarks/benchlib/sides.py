"""The ways to run what a row compares. A side answers `run()` with a Sample, or says on `start()` why it cannot."""
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field


class Missing(Exception):
    """What is needed for this side is not there."""


class Failure(Exception):
    """The side ran and failed: the whole bench fails."""


@dataclass
class Sample:
    ms: float
    answer: object = None
    peak_mib: float = 0
    extra: dict = field(default_factory=dict)
    # Milliseconds of each repetition, where they were timed one by one; else there is the one time.
    repetitions: list = field(default_factory=list)

    @property
    def times(self):
        return self.repetitions or [self.ms]


class Command:
    """A process from its start to its end; `{airlock}` and `{empty}` stand for the binary and an empty script."""

    def __init__(self, label, command):
        self.label = label
        self.command = command

    def start(self, setting):
        if not os.access(self.command[0], os.X_OK) and "{" not in self.command[0] and not shutil.which(self.command[0]):
            raise Missing(f"{self.command[0]} is not installed")
        places = {"airlock": setting.airlock, "empty": setting.empty, "template": setting.template,
                  "folder": setting.folder.name}
        self.words = [word.format(**places) for word in self.command]

    def run(self):
        start = time.perf_counter()
        ended = subprocess.run(self.words, stdin=subprocess.DEVNULL, capture_output=True)
        passed = (time.perf_counter() - start) * 1000
        if ended.returncode != 0:
            raise Failure(f"{' '.join(self.words)} failed:\n{ended.stderr.decode(errors='replace')}")
        return Sample(passed, ended.stdout.decode(errors="replace"))

    def stop(self):
        pass


BWRAP = ["bwrap", "--unshare-all", "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64",
         "/lib64", "--proc", "/proc", "--ro-bind", "{folder}", "{folder}", "/usr/bin/python3"]


def start_baselines():
    return [
        Command("python3, no sandbox", ["/usr/bin/python3", "{empty}"]),
        Command("bwrap, python3", [*BWRAP, "{empty}"]),
    ]


class ScriptCommand(Command):
    """A command that runs the script of the warm runs, as it was rendered for them."""

    def start(self, setting):
        super().start(setting)
        path = os.path.join(setting.folder.name, "script.py")
        if not os.path.exists(path):
            step = Step("warm-run", needs_data=False)
            step.start(setting)
            text = step.run().extra["script"]
            step.stop()
            with open(path, "w") as file:
                file.write(text)
        self.words.append(path)


class Pairs(ScriptCommand):
    """The script again and again, two at a time; the time is that of one."""

    count = 20

    def run(self):
        start = time.perf_counter()
        running, ended, begun = [], 0, 0
        while ended < self.count:
            while len(running) < 2 and begun < self.count:
                running.append(subprocess.Popen(self.words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL))
                begun += 1
            process, status = os.wait()
            for child in [child for child in running if child.pid == process]:
                child.returncode = os.waitstatus_to_exitcode(status)
                if child.returncode != 0:
                    raise Failure(f"{' '.join(self.words)} failed")
                running.remove(child)
                ended += 1
        return Sample((time.perf_counter() - start) * 1000 / self.count)


class Worker:
    """A process that answers each line of `{"step": …}` with a line of JSON, so that steps can be taken in turns."""

    def __init__(self, label, step):
        self.label = label
        self.step = step
        self.process = None

    def command(self, setting):
        raise NotImplementedError

    def start(self, setting):
        self.process = subprocess.Popen(self.command(setting), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"{self.label}: the process ended")
        reply = json.loads(line)
        if "error" in reply:
            raise Failure(f"{self.label}: {reply['error']}")
        return reply

    def run(self):
        reply = self.ask({"step": self.step})
        self.last = Sample(reply["ms"], reply.get("answer"), reply.get("peak_mib", 0), reply.get("extra") or {},
                           reply.get("samples") or [])
        return self.last

    def stop(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()


class Step(Worker):
    """A step of airlock-bench, in a process of its own, so that its peak memory is its own."""

    def __init__(self, step, needs_data=True):
        super().__init__(step, step)
        self.needs_data = needs_data

    def command(self, setting):
        return [setting.built_bench(), "work", setting.prepared() if self.needs_data else setting.cache]


class InScript:
    """What a subject's script timed beside its own: one interpreter reads the same table in both ways."""

    def __init__(self, label, subject):
        self.label = label
        self.subject = subject

    def start(self, setting):
        pass

    def run(self):
        return Sample(self.subject.last.extra["baseline_ms"])

    def stop(self):
        pass


class HogQLParser(Worker):
    """PostHog's own parser, where a Python has it (AIRLOCK_BENCH_PYTHON, else python3)."""

    def __init__(self):
        super().__init__("hogql_parser", "parse")

    def command(self, setting):
        return [self.python(), os.path.join(os.path.dirname(os.path.abspath(__file__)), "hogql_worker.py")]

    @staticmethod
    def python():
        return os.environ.get("AIRLOCK_BENCH_PYTHON") or sys.executable

    def start(self, setting):
        script = self.command(setting)[1]
        if subprocess.run([self.python(), script, "probe"], capture_output=True).returncode != 0:
            raise Missing("hogql_parser is not installed (pip install hogql_parser, or name a Python that has it in "
                          "AIRLOCK_BENCH_PYTHON)")
        super().start(setting)
        # The same text as the subject's.
        subject = Step("parse", needs_data=False)
        subject.start(setting)
        self.ask({"query": subject.run().extra["query"]})
        subject.stop()


class ReadJSON:
    """Python's json over the lines of the file that is imported: reading them is the least an import has to do."""

    label = "python json, lines read only"

    def start(self, setting):
        self.path = setting.import_file()

    def run(self):
        start = time.perf_counter()
        count = 0
        with open(self.path, "rb") as file:
            for line in file:
                json.loads(line)
                count += 1
        return Sample((time.perf_counter() - start) * 1000, count)

    def stop(self):
        pass


class SharedServer:
    """A server that several sides share: started by the first of them, ended by the last."""

    users = 0
    process = None

    @classmethod
    def begin(cls, setting):
        if cls.users == 0:
            os.environ["AIRLOCK_BENCH_PORT"] = cls.start(setting)
        cls.users += 1

    @classmethod
    def end(cls):
        cls.users -= 1
        if cls.users == 0:
            cls.stop()


class HTTPServer(SharedServer):
    """airlock-bench's own, which answers without looking."""

    @classmethod
    def start(cls, setting):
        cls.process = subprocess.Popen([setting.built_bench(), "http-server", setting.cache],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return cls.process.stdout.readline().strip()

    @classmethod
    def stop(cls):
        cls.process.stdin.close()
        cls.process.wait()


class HTTPStep(Step):
    """A step of airlock-bench that asks a shared server."""

    def __init__(self, step, server=HTTPServer):
        super().__init__(step, needs_data=False)
        self.server = server

    def start(self, setting):
        self.server.begin(setting)
        super().start(setting)

    def stop(self):
        super().stop()
        self.server.end()


class PostHogServe(SharedServer):
    """`airlock posthog serve` over a copy of the demo data."""

    @classmethod
    def start(cls, setting):
        data = os.path.join(setting.folder.name, "demo.airlock")
        if not os.path.exists(data):
            subprocess.run([setting.airlock, "data", "generate", "--data", data, "--quiet"], check=True,
                           stdin=subprocess.DEVNULL)
        cls.process = subprocess.Popen(
            [setting.airlock, "posthog", "serve", "--port", "0", "--data", data, "--key", "phx_0123456789"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in cls.process.stderr:
            if "http://" in line:
                return line.strip().rpartition(":")[2]
        raise Failure("airlock posthog serve does not start")

    @classmethod
    def stop(cls):
        cls.process.send_signal(signal.SIGINT)
        cls.process.communicate()


class Requests(Worker):
    """Python's requests library with a session, where a Python has it (AIRLOCK_BENCH_PYTHON, else python3)."""

    def __init__(self, step="http"):
        super().__init__("python requests", step)

    def command(self, setting):
        return [HogQLParser.python(), os.path.join(os.path.dirname(os.path.abspath(__file__)), "requests_worker.py")]

    def start(self, setting):
        if subprocess.run([HogQLParser.python(), "-c", "import requests"], capture_output=True).returncode != 0:
            raise Missing("requests is not installed (pip install requests, or name a Python that has it in "
                          "AIRLOCK_BENCH_PYTHON)")
        HTTPServer.begin(setting)
        super().start(setting)

    def stop(self):
        super().stop()
        HTTPServer.end()
