//! The Spark job, run by a real Spark: in one process, and on a cluster of two workers that know nothing of each other.

use super::tools::{command, template, tool};
use super::{dreamt, fleet};
use crate::sandbox::{Ran, Sandbox};

#[test]
fn a_spark_job_comes_to_what_one_machine_comes_to() {
    let (Some(submit), Some(python)) = (tool("fleet-tools", "spark-submit"), tool("fleet-tools", "python"))
    else {
        return;
    };
    let sandbox = Sandbox::new();
    let fleet = fleet(&sandbox);
    let alone = dreamt(&sandbox, "alone", &["--sessions", fleet.to_str().unwrap()]);
    for (name, master) in [("threads", "local[2]"), ("workers", "local-cluster[2,1,1024]")] {
        let to = sandbox.path(&format!("digests of {name}"));
        let ran = command(&sandbox, &submit, &sandbox.path(""))
            .env("PYSPARK_PYTHON", &python)
            .env("PYSPARK_DRIVER_PYTHON", &python)
            .env("SPARK_LOCAL_IP", "127.0.0.1")
            .args(["--master", master, "--conf", "spark.ui.enabled=false"])
            // Where tasks are that small, this is several a worker.
            .args(["--conf", "spark.sql.files.maxPartitionBytes=40000000"])
            .args(["--files", env!("CARGO_BIN_EXE_git-dream")])
            .arg(template("spark.py"))
            .args(["--sessions", fleet.to_str().unwrap(), "--to", to.to_str().unwrap()])
            .output()
            .unwrap();
        assert!(ran.status.success(), "{master}: {}", String::from_utf8_lossy(&ran.stderr));
        let written = std::fs::read_dir(&to)
            .unwrap()
            .filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with("part-"));
        assert!(written.count() > 1, "{master}");
        assert_eq!(dreamt(&sandbox, name, &["--digests", to.to_str().unwrap()]), alone, "{master}");
    }
}

/// What the job does on its own, without Spark: names, as they stand below what was named.
#[test]
fn names_are_taken_below_what_was_named() {
    let Some(python) = tool("fleet-tools", "python") else { return };
    let sandbox = Sandbox::new();
    let script = "
import sys; sys.path.insert(0, sys.argv[1])
from spark import name_below, root
roots = [root(path) for path in ['s3a://bucket/t', 'hdfs://host:9/logs/*/x', '/data/one.jsonl']]
assert roots == ['/t', '/logs', '/data/one.jsonl'], roots
for path, name in {
    's3a://bucket/t/a/b#1.jsonl': '0/a/b#1.jsonl', 'hdfs://host:9/logs/mon day/x/c%20.jsonl': '1/mon day/x/c%20.jsonl',
    'file:/data/one.jsonl': '2/one.jsonl', 'file:///tx/d': '3/tx/d',
}.items():
    assert name_below(path, roots) == name, (path, name_below(path, roots))
";
    let folder = template("");
    let output = command(&sandbox, &python, &sandbox.path(""))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(["-c", script, folder.to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(Ran::of(output).ok(), "");
}
