"""Captures transcripts on a Spark cluster: wherever Hadoop reads from goes in, files of digests come out.

    spark-submit --master yarn --files /usr/local/bin/git-dream,dream.toml spark.py \
        --sessions s3a://bucket/transcripts --to hdfs:///digests/2026-01-05 --settings dream.toml

Then, where the memory's repository is, with that folder copied there:

    git dream run --digests 2026-01-05

Each task copies its files to the machine that it runs on and has `git-dream capture` read them there; what the program
answers, digests as lines, is written to one file a partition. Which task read what does not matter, nor does a task that
ran twice: digests combine by set union, and come to what one machine comes to, byte for byte. Transcripts stay on the
cluster; what is written is redacted. A machine to which `--files` brought no git-dream uses the one on its PATH.
"""

import argparse
import itertools
import os
import posixpath
import re
import subprocess
import tempfile

from pyspark import SparkFiles
from pyspark.sql import SparkSession


def place(path):
    """A path as Hadoop writes it, without file system and host."""
    return re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*:(//[^/]*)?", "", path).rstrip("/")


def root(path):
    """The folder below which files have their names: what stands before the first wildcard."""
    parts = place(path).split("/")
    fixed = list(itertools.takewhile(lambda part: not re.search(r"[*?\[{]", part), parts))
    return "/".join(fixed)


def name_below(path, roots):
    """Which of the roots a file lies below, and what it is called there."""
    path = place(path)
    for number, folder in enumerate(roots):
        if path == folder:
            return f"{number}/{posixpath.basename(path)}"
        if path.startswith(folder + "/"):
            return f"{number}/{path[len(folder) + 1 :]}"
    return f"{len(roots)}{path}"


def brought(name):
    """The file that `--files` brought to this machine; None where it brought none."""
    path = os.path.abspath(SparkFiles.get(name))
    return path if os.path.isfile(path) else None


def program():
    """The git-dream of this machine."""
    path = brought("git-dream")
    if path and not os.access(path, os.X_OK):
        os.chmod(path, 0o755)
    return path or "git-dream"


def copy(files, roots, folder):
    """Copies files to this machine, one at a time, with their names and the moments they were written."""
    some = False
    for file in files:
        to = os.path.join(folder, name_below(file.path, roots))
        os.makedirs(os.path.dirname(to), exist_ok=True)
        with open(to, "wb") as here:
            here.write(file.content)
        written = file.modificationTime.timestamp()
        os.utime(to, (written, written))
        some = True
    return some


def capture(files, roots, settings):
    """The digests of one partition's files, a line each."""
    # Not below a home folder, whose owner would be taken for the person who worked.
    with tempfile.TemporaryDirectory(prefix="git-dream-", dir="/tmp") as folder:
        if not copy(files, roots, folder):
            return
        # One thread, because Spark counts a task as one core.
        command = [program(), "capture", "--sessions", ".", "--to", "-", "--threads", "1"]
        if settings:
            command += ["--settings", brought(os.path.basename(settings)) or os.path.abspath(settings)]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, encoding="utf-8") as running:
            for line in running.stdout:
                yield line.rstrip("\n")
        if running.returncode != 0:
            raise RuntimeError(f"git-dream ended with {running.returncode}: what it said is in this task's stderr")


def main():
    parser = argparse.ArgumentParser(description="Captures transcripts on a Spark cluster.")
    parser.add_argument("--sessions", nargs="+", required=True, help="folders or patterns of transcripts, as Hadoop names them")
    parser.add_argument("--to", required=True, help="the folder to write digests to, which must not be there yet")
    parser.add_argument("--settings", help="the memory's dream.toml, brought along with --files")
    options = parser.parse_args()

    spark = SparkSession.builder.appName("git-dream capture").getOrCreate()
    roots = [root(path) for path in options.sessions]
    settings = options.settings
    files = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(options.sessions)
    digests = files.select("path", "modificationTime", "content").rdd.mapPartitions(
        lambda partition: capture(partition, roots, settings)
    )
    digests.saveAsTextFile(options.to)
    spark.stop()


if __name__ == "__main__":
    main()
