"""Sends with Python's requests what airlock-bench sends with our transport; run by the Python that has it."""
import concurrent.futures
import json
import os
import sys
import time

import requests

COUNT = 200


def queries(session, url, body, headers):
    """As many as airlock-bench sends in this step, eight at a time, each answer read as JSON."""
    count = 800

    def ask(_):
        return len(session.post(url, data=body, headers=headers).json()["results"])

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
        start = time.perf_counter()
        list(pool.map(ask, range(count)))
        return {"ms": (time.perf_counter() - start) * 1000 / count, "answer": count}


def main():
    session = requests.Session()
    session.trust_env = False
    url = f"http://127.0.0.1:{os.environ['AIRLOCK_BENCH_PORT']}/api/projects/1/query/"
    headers = {"Authorization": "Bearer phx_0123456789", "Content-Type": "application/json"}
    body = b'{"query":{"kind":"HogQLQuery","query":"' + b"x" * 250 + b'"}}'
    for line in sys.stdin:
        if json.loads(line)["step"] == "queries":
            print(json.dumps(queries(session, url, body, headers)), flush=True)
            continue
        length = len(session.post(url, data=body, headers=headers).content)
        start = time.perf_counter()
        for _ in range(COUNT):
            if len(session.post(url, data=body, headers=headers).content) != length:
                print(json.dumps({"error": "the answers differ in length"}), flush=True)
                return
        passed = (time.perf_counter() - start) * 1000 / COUNT
        print(json.dumps({"ms": passed, "answer": length}), flush=True)


main()
