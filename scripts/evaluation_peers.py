#!/usr/bin/env python3
# /// script
# requires-python = ">=3.10"
# dependencies = ["hotcoco==1.3.0", "vernier==0.5.4"]
# ///
"""Rounds of bench-eval.sh: evaluation_peers.py EPS PAIRS ROUNDS, with eps-bench beside EPS, or one peer in a
process of its own."""
import json
import os
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

CLASSES, IGNORE = 21, 255


def hotcoco(pairs, kind):
    import hotcoco.semantic

    begun, worked = time.perf_counter(), time.process_time()
    evaluation = hotcoco.semantic.SemanticEval(CLASSES, ignore_index=IGNORE)
    evaluation.update_folders(f"{pairs}/truth{kind}", f"{pairs}/predictions{kind}")
    miou = evaluation.stats[0]
    return time.perf_counter() - begun, time.process_time() - worked, miou


def vernier(pairs, kind):
    import vernier.semantic

    identities = Path(f"{pairs}/list.txt").read_text().split()
    begun, worked = time.perf_counter(), time.process_time()
    files = [
        {index: f"{pairs}/{name}{kind}/{identity}.png" for index, identity in enumerate(identities)}
        for name in ("truth", "predictions")
    ]
    summary = vernier.semantic.Evaluator().evaluate_from_pngs(
        *files, n_classes=CLASSES, ignore_label=IGNORE, num_threads=os.cpu_count()
    )
    return time.perf_counter() - begun, time.process_time() - worked, summary.miou


PEERS = {"hotcoco": hotcoco, "vernier": vernier}


def measured(command):
    """Seconds, seconds of all processors, peak MiB and output of a process."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    worked = usage.ru_utime + usage.ru_stime
    return time.perf_counter() - begun, worked, usage.ru_maxrss / 1024, output.decode()


def eps(program, pairs, kind, command, *flags):
    folders = ["--truth", f"{pairs}/truth{kind}", "--predictions", f"{pairs}/predictions{kind}"]
    return measured([program, *command.split(), *folders, "--list", f"{pairs}/list.txt", *flags])


def round_of(program, pairs, log, warm):
    for kind in ("", "-grey"):
        scores = Path(pairs) / "scores.json"
        seconds, worked, peak, _ = eps(program, pairs, kind, "evaluate", "--json", str(scores))
        miou = json.loads(scores.read_text())["miou"]
        log.append(("eps evaluate", kind, seconds, worked, peak, miou))
        seconds, worked, peak, _ = eps(program + "-bench", pairs, kind, "masks", "--cold")
        log.append(("decoding alone", kind, seconds, worked, peak, None))
        seconds, worked, peak, _ = eps(program + "-bench", pairs, kind, "masks", "--cold", "--png-crate")
        log.append(("decoding alone, png crate", kind, seconds, worked, peak, None))
        # Both in one process, in turn, after a first pass of each that is not counted.
        _, _, _, output = eps(program + "-bench", pairs, kind, "masks", "--count", "--repeat", "3")
        for run in map(json.loads, output.splitlines()):
            warm.append((run["pass"], kind, statistics.median(run["seconds"])))
        for name in ["hotcoco"] + ["vernier"] * (kind == "-grey"):
            _, _, peak, output = measured([sys.executable, __file__, name, pairs, kind])
            seconds, worked, miou = json.loads(output)
            log.append((name, kind, seconds, worked, peak, miou))


def main(program, pairs, rounds):
    log, warm = [], []
    for _ in range(int(rounds)):
        round_of(program, pairs, log, warm)
    keys = list(dict.fromkeys((name, kind) for name, kind, *_ in log))
    rows = {key: [run[2:] for run in log if run[:2] == key] for key in keys}
    median = lambda key, column: statistics.median(run[column] for run in rows[key])
    fastest = [min(median(key, column) for key in keys if key[0] in PEERS) for column in (0, 1)]
    images = len(Path(f"{pairs}/list.txt").read_text().split())
    cpu = next(line for line in open("/proc/cpuinfo") if "model name" in line).split(":")[1].strip()
    versions = ", ".join(f"{name} {version(name)}" for name in PEERS)
    print(f"{cpu}, {os.cpu_count()} threads, {versions}; {images} pairs, {rounds} rounds\n")
    print("Wall clock and processor seconds, and their ratios to the faster peer and to decoding.\n")
    print("| | PNG | wall [s] | of peer | of decoding | processor [s] | of peer | of decoding | peak [MiB] | mIoU |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, kind in keys:
        cells = [name, "grey" if kind else "palette"]
        for column in (0, 1):
            own = median((name, kind), column)
            decoding = median(("decoding alone", kind), column)
            cells += [f"{own:.3f}", f"{own / fastest[column]:.2f}", f"{own / decoding:.2f}"]
        miou = rows[name, kind][0][3]
        cells += [f"{median((name, kind), 2):.0f}", "" if miou is None else f"{100 * miou:.10f}"]
        print(f"| {' | '.join(cells)} |")
    print("\nIn one process, warmed up:\n")
    print("| PNG | decoding [s] | reading and counting [s] | of decoding |")
    print("| --- | ---: | ---: | ---: |")
    for kind in ("", "-grey"):
        decoding, counting = (
            statistics.median(seconds for own, its, seconds in warm if (own, its) == (name, kind))
            for name in ("masks", "count")
        )
        name = "grey" if kind else "palette"
        print(f"| {name} | {decoding:.3f} | {counting:.3f} | {counting / decoding:.2f} |")


if sys.argv[1] in PEERS:
    print(json.dumps(PEERS[sys.argv[1]](sys.argv[2], sys.argv[3])))
else:
    main(*sys.argv[1:4])
