//! A cache saves time and changes nothing, whatever happened to it.

use crate::dream::{memory, run, sessions, write};
use crate::sandbox::Sandbox;
use std::path::{Path, PathBuf};

/// A memory that has dreamt once, as it lies there under a name of its own.
fn copied(sandbox: &Sandbox, of: &Path, name: &str) -> PathBuf {
    let copy = sandbox.path(name);
    for entry in walkdir::WalkDir::new(of).into_iter().map(Result::unwrap) {
        let to = copy.join(entry.path().strip_prefix(of).unwrap());
        match entry.file_type().is_dir() {
            true => std::fs::create_dir_all(to).unwrap(),
            false => _ = std::fs::copy(entry.path(), to).unwrap(),
        }
    }
    copy
}

/// The files of the cache.
fn files(memory: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(memory.join(".git/dream/cache")).sort_by_file_name();
    let entries = entries.into_iter().map(Result::unwrap);
    entries.filter(|entry| entry.file_type().is_file()).map(|entry| entry.into_path()).collect()
}

#[test]
fn a_cache_that_is_gone_damaged_or_of_another_program_changes_nothing() {
    let sandbox = Sandbox::new();
    let all = sessions(&sandbox);
    let (early, late) = all.split_at(all.len() / 2);
    let (first, second) = (write(&sandbox, "1.jsonl", early), write(&sandbox, "2.jsonl", late));
    let dreamt = memory(&sandbox, "dreamt");
    run(&sandbox, &dreamt, &[&first], &[]);
    let names: Vec<String> =
        files(&dreamt).iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert!(names.len() == 2 && names.contains(&"readings".to_owned()), "{names:?}");
    assert!(
        sandbox.git(&dreamt, &["ls-tree", "-r", "--name-only", "refs/dream/ledger"]).contains("digests/")
    );

    // What a cycle reads from its cache, it must read without it; each way to lose it is another copy.
    type Loss = (&'static str, fn(&Path));
    let ways: [Loss; 6] = [
        ("kept", |_| {}),
        ("deleted", |file| std::fs::remove_file(file).unwrap()),
        ("cut", |file| {
            let whole = std::fs::read(file).unwrap();
            std::fs::write(file, &whole[..whole.len() / 2]).unwrap();
        }),
        ("flipped", |file| {
            let mut bytes = std::fs::read(file).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x20;
            std::fs::write(file, bytes).unwrap();
        }),
        ("of another version", |file| {
            let mut bytes = std::fs::read(file).unwrap();
            let at = bytes.windows(15).rposition(|part| part == b"git-dream cache").unwrap();
            bytes[at + 16] = b'0';
            std::fs::write(file, bytes).unwrap();
        }),
        ("a folder", |file| {
            std::fs::remove_file(file).unwrap();
            std::fs::create_dir(file).unwrap();
        }),
    ];
    let mut refs = Vec::new();
    for (name, lose) in ways {
        let memory = copied(&sandbox, &dreamt, name);
        files(&memory).iter().for_each(|file| lose(file));
        let report = run(&sandbox, &memory, &[&first, &second], &[]);
        assert!(!report["cycle"].is_null(), "{report:#}");
        refs.push((sandbox.git(&memory, &["for-each-ref", "refs/dream", "refs/heads"]), name));
        sandbox.fsck(&memory);
    }
    for (found, name) in &refs {
        assert_eq!(*found, refs[0].0, "{name}");
    }
}
