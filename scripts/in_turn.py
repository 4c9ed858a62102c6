#!/usr/bin/env python3
"""Let programs take turns, pass by pass, so that a machine that is slower in some minutes than in others is
as slow for all of them.

    in_turn.py -- PROGRAM ARGUMENT .. -- PROGRAM ARGUMENT ..

Each program waits for a line on stdin before each pass and prints a line of JSON after it, as
`eps-bench network --paced` does. Prints the lines that have seconds, those of one turn after another.
"""
import json
import subprocess
import sys


def commands(arguments):
    """The lists between the arguments `--`."""
    found = []
    for argument in arguments:
        if argument == "--":
            found.append([])
        elif not found:
            sys.exit(__doc__)
        else:
            found[-1].append(argument)
    return found


def turn(program):
    """The line after a program's next pass; nothing after its last."""
    try:
        program.stdin.write("\n")
        program.stdin.flush()
    except BrokenPipeError:
        pass
    return program.stdout.readline()


def main():
    called = commands(sys.argv[1:])
    if not called or not all(called):
        sys.exit(__doc__)
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    programs = [subprocess.Popen(command, **pipes) for command in called]
    while True:
        lines = [turn(program) for program in programs]
        if not all(lines):
            break
        print("".join(line for line in lines if json.loads(line)["seconds"]), end="", flush=True)
    # Whoever waits for another turn ends with an error.
    for program in programs:
        try:
            program.stdin.close()
        except BrokenPipeError:
            pass
    codes = [program.wait() for program in programs]
    if any(codes) or any(lines):
        sys.exit(f"programs ended with {codes}; lines of the last turn: {lines}")


if __name__ == "__main__":
    main()
