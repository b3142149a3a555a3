"""Drives git-dream's memory tool with the vendor's SDK: the example of docs/memory-tool.md beside the SDK's own tool.

Both get the same commands; what they answer has to be the same, word for word. Folders' sizes are the file system's, so
they are left out. Arguments: the example as a module's path, the program, the repository, a seed.
"""

import importlib.util
import random
import re
import sys
import tempfile

from anthropic.lib.tools import ToolError
from anthropic.tools.memory import BetaLocalFilesystemMemoryTool

example, program, repository, seed = sys.argv[1:]
spec = importlib.util.spec_from_file_location("example", example)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

ours = module.GitDreamMemory("peer", folder=repository, program=program, session="session-of-peer")
assert ours.to_dict() == {"type": "memory_20250818", "name": "memory"}, ours.to_dict()
theirs = BetaLocalFilesystemMemoryTool(tempfile.mkdtemp())
chance = random.Random(int(seed))

# A word an entry: notes that say the same are one note, so no two texts here may be alike.
serial = 0


def text():
    global serial
    lines = []
    for _ in range(chance.randrange(1, 6)):
        serial += 1
        word = chance.choice(["build", "deploy", "lint", "é", "", "# Heading", "- item"])
        lines.append(f"{word} number {serial}" if word else "")
    serial += 1
    return f"line {serial}\n" + "\n".join(lines) + chance.choice(["", "\n"])


def name():
    return "/memories/" + chance.choice(["a.md", "b.md", "c.txt", "d/e.md", "d/f.md", "d/g/h.md", "i"])


def anything():
    return chance.choice([name(), name(), "/memories/d", "/memories/d/g", "/memories/none.md"])


def command():
    kind = chance.choice(["view", "view", "create", "create", "str_replace", "insert", "delete", "rename"])
    if kind == "view":
        ranged = {"view_range": [chance.randrange(1, 2), chance.choice([1, 2, -1])]} if chance.random() < 0.3 else {}
        return {"command": kind, "path": chance.choice([anything(), "/memories"]), **ranged}
    if kind == "create":
        return {"command": kind, "path": name(), "file_text": text()}
    if kind == "str_replace":
        old = chance.choice(["line ", "number", "build", "none of this", f"line {chance.randrange(serial + 1)}"])
        global_serial()
        return {"command": kind, "path": anything(), "old_str": old, "new_str": f"new {serial} "}
    if kind == "insert":
        global_serial()
        return {"command": kind, "path": anything(), "insert_line": chance.randrange(-1, 5), "insert_text": f"in {serial}\n"}
    if kind == "delete":
        return {"command": kind, "path": anything()}
    return {"command": kind, "old_path": anything(), "new_path": name()}


def global_serial():
    global serial
    serial += 1


def outcome(tool, given):
    try:
        return "done", tool.call(given)
    except ToolError as error:
        return "refused", error.content


def plain(answer):
    kind, said = answer
    # A folder's size is the file system's own affair.
    return kind, re.sub(r"(?m)^[\d.]+[BKMG]\t(.*/|/memories(/d(/g)?)?)$", r"folder\t\1", said)


done = 0
for step in range(120):
    given = command()
    if given["command"] == "rename" and given["new_path"].startswith(given["old_path"]):
        continue
    # What the file system leaves behind are empty folders, which git does not have; what it says of a path below a file
    # is its own error.
    paths = [given.get(key, "") for key in ("path", "old_path", "new_path")]
    if any(path.startswith("/memories/d/g") or path == "/memories/d" for path in paths):
        continue
    expected, found = plain(outcome(theirs, given)), plain(outcome(ours, given))
    if given["command"] == "view" and given["path"] == "/memories":
        keep = lambda said: [l for l in said.split("\n") if not l.endswith("MEMORY.md") and "/d" not in l]
        expected, found = (expected[0], keep(expected[1])), (found[0], keep(found[1]))
    assert expected == found, f"step {step}: {given}\n  theirs: {expected}\n  ours:   {found}"
    done += expected[0] == "done"
assert done > 30, done
assert ours.close() == 0
print(f"{done} commands done alike")
