"""Sends with Python's requests what airlock-bench sends with our transport; run by the Python that has it."""
import json
import os
import sys
import time

import requests

COUNT = 200


def main():
    session = requests.Session()
    session.trust_env = False
    url = f"http://127.0.0.1:{os.environ['AIRLOCK_BENCH_PORT']}/api/projects/1/query/"
    headers = {"Authorization": "Bearer phx_0123456789", "Content-Type": "application/json"}
    body = b'{"query":{"kind":"HogQLQuery","query":"' + b"x" * 250 + b'"}}' + b"\x01"
    for _ in sys.stdin:
        length = len(session.post(url, data=body, headers=headers).content)
        start = time.perf_counter()
        for _ in range(COUNT):
            if len(session.post(url, data=body, headers=headers).content) != length:
                print(json.dumps({"error": "the answers differ in length"}), flush=True)
                return
        passed = (time.perf_counter() - start) * 1000 / COUNT
        print(json.dumps({"ms": passed, "answer": length}), flush=True)


main()
