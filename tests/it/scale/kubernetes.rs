//! The Kubernetes manifest: held against the schemas that Kubernetes publishes, and its containers' commands run here as
//! the cluster would run them.

use super::tools::{command, template, tool};
use super::{dreamt, epoch, fleet, refs};
use crate::dream::memory;
use crate::sandbox::{Ran, Sandbox};
use serde_json::Value;
use std::path::Path;

/// The manifest's documents.
fn jobs(sandbox: &Sandbox) -> Option<Vec<Value>> {
    let python = tool("fleet-tools", "python")?;
    let read = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))";
    let mut command = command(sandbox, &python, &sandbox.path(""));
    let output = command.args(["-c", read]).arg(template("kubernetes-job.yaml")).output().unwrap();
    Some(serde_json::from_str(&Ran::of(output).ok()).unwrap())
}

#[test]
fn the_manifest_is_what_kubernetes_takes() {
    let Some(validate) = tool("fleet-tools", "kubernetes-validate") else { return };
    let sandbox = Sandbox::new();
    let mut command = command(&sandbox, &validate, &sandbox.path(""));
    let ran = Ran::of(command.arg("--strict").arg(template("kubernetes-job.yaml")).output().unwrap());
    assert_eq!(
        (ran.status, ran.stdout.matches(" passed ").count() + ran.stderr.matches(" passed ").count()),
        (0, 2)
    );
    for job in jobs(&sandbox).unwrap() {
        let pod = &job["spec"]["template"]["spec"];
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        assert_eq!(pod["automountServiceAccountToken"], false);
        let container = &pod["containers"][0];
        assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
        assert_eq!(container["securityContext"]["capabilities"]["drop"][0], "ALL");
        assert!(container["resources"]["limits"]["memory"].is_string());
    }
}

#[test]
fn its_containers_come_to_what_one_machine_comes_to() {
    let sandbox = Sandbox::new();
    let Some(jobs) = jobs(&sandbox) else { return };
    let fleet = fleet(&sandbox);
    let alone = dreamt(&sandbox, "alone", &["--sessions", fleet.to_str().unwrap()]);
    let memory = memory(&sandbox, "memory");
    let digests = sandbox.path("digests");
    std::fs::create_dir(&digests).unwrap();

    let [capture, reduce] = jobs.as_slice() else { panic!("{jobs:#?}") };
    let container = &capture["spec"]["template"]["spec"]["containers"][0];
    let completions = capture["spec"]["completions"].as_u64().unwrap();
    for index in 0..completions {
        let words =
            container["command"].as_array().unwrap().iter().chain(container["args"].as_array().unwrap());
        // As the kubelet does it, and with the volumes where they are here.
        let words = words.map(|word| {
            let word = word.as_str().unwrap().replace("$(JOB_COMPLETION_INDEX)", &index.to_string());
            let word = word.replace("=/transcripts", &format!("={}", fleet.display()));
            word.replace("=/digests", &format!("={}", digests.display()))
        });
        let words: Vec<String> = words.collect();
        let ran =
            command(&sandbox, Path::new(&words[0]), &sandbox.path("")).args(&words[1..]).output().unwrap();
        Ran::of(ran).ok();
    }
    let container = &reduce["spec"]["template"]["spec"]["containers"][0];
    let words: Vec<&str> =
        container["command"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let script = container["args"][0].as_str().unwrap();
    let work = sandbox.path("work");
    std::fs::create_dir(&work).unwrap();
    let ran = command(&sandbox, Path::new(words[0]), &work)
        .args(&words[1..])
        .arg(script)
        .env("MEMORY", &memory)
        .env("DIGESTS", &digests)
        .env("SOURCE_DATE_EPOCH", epoch())
        .output()
        .unwrap();
    Ran::of(ran).ok();
    // What was published: the ledger, and the branch.
    assert_eq!(refs(&sandbox, &memory), alone);
}
