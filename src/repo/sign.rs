//! Signing a commit with the program that the user's git would run.
//!
//! Reads `commit.gpgsign`, `gpg.format`, `user.signingkey`, `gpg.program`, `gpg.<format>.program` and
//! `gpg.ssh.defaultKeyCommand`, and passes the arguments that git passes, so that any program that works as git's
//! signing program works here. Refuses to fall back: where signing is asked for, an unsigned commit is an error.
//! Format: gitformat-signature(5), git-config(1).

use super::Repo;
use super::plan::Identity;
use crate::unusable::Unusable;
use anyhow::{Context, Result, anyhow, bail};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// How commits of this repository are signed.
pub(super) enum Signer {
    /// `gpg`, `gpgsm` or what stands in for them: content on stdin, signature on stdout.
    Gpg { program: String, key: String },
    /// `ssh-keygen` or what stands in for it: content in a file, signature in a file beside it.
    Ssh { program: String, key: SshKey, scratch: PathBuf },
}

/// An ssh key to sign with.
pub(super) enum SshKey {
    /// A file that holds the private key, or the public key of one that the agent holds.
    File(PathBuf),
    /// The public key itself; the agent holds the private one.
    Literal(String),
}

impl Signer {
    /// How the git configuration asks commits to be signed; `None` if it does not.
    pub(super) fn from_config(repo: &Repo, identity: &Identity) -> Result<Option<Signer>> {
        let asked = match repo.config("commit.gpgsign")? {
            None => false,
            Some(value) => git2::Config::parse_bool(value.as_str()).with_context(|| {
                format!("commit.gpgsign is {value:?} in the git configuration, not true or false")
            })?,
        };
        if !asked {
            return Ok(None);
        }
        let set = |key: &str| Ok::<_, anyhow::Error>(repo.config(key)?.filter(|value| !value.is_empty()));
        let key = set("user.signingkey")?;
        let format = set("gpg.format")?.unwrap_or_else(|| "openpgp".to_owned());
        let own_program = repo.config_path(&format!("gpg.{format}.program"))?;
        let signer = match format.as_str() {
            "openpgp" | "x509" => {
                // Without a key git lets gpg choose one by the committer; here the committer is mostly git-dream,
                // so the user's own identity is asked for first.
                let user = set("user.email")?.map(|email| format!("<{email}>"));
                let key = key.or(user).unwrap_or_else(|| format!("{} <{}>", identity.name, identity.email));
                let program = match format.as_str() {
                    "x509" => own_program.unwrap_or_else(|| "gpgsm".to_owned()),
                    _ => own_program.or(repo.config_path("gpg.program")?).unwrap_or_else(|| "gpg".to_owned()),
                };
                Signer::Gpg { program, key }
            }
            "ssh" => {
                let key = match (key, repo.config_path("user.signingkey")?) {
                    (Some(key), Some(path)) if literal_key(&key).is_none() => SshKey::File(path.into()),
                    (Some(key), _) => SshKey::Literal(literal_key(&key).unwrap_or(&key).to_owned()),
                    (None, _) => SshKey::Literal(default_ssh_key(set("gpg.ssh.defaultKeyCommand")?)?),
                };
                let program = own_program.unwrap_or_else(|| "ssh-keygen".to_owned());
                Signer::Ssh { program, key, scratch: repo.private_dir() }
            }
            other => {
                return Err(Unusable(format!(
                    "gpg.format is {other:?} in the git configuration: git knows openpgp, x509 and ssh"
                ))
                .into());
            }
        };
        Ok(Some(signer))
    }

    /// The signature of a commit's content, as it goes into the commit's `gpgsig` header.
    pub(super) fn sign(&self, content: &str) -> Result<String> {
        let signature = match self {
            Signer::Gpg { program, key } => sign_with_gpg(program, key, content)?,
            Signer::Ssh { program, key, scratch } => sign_with_ssh(program, key, scratch, content)?,
        };
        // Programs on Windows end lines in CR LF, which would become part of the header.
        let signature = signature.replace("\r\n", "\n");
        match signature.trim_end() {
            "" => bail!("{} gave no signature", self.program()),
            text => Ok(text.to_owned()),
        }
    }

    fn program(&self) -> &str {
        match self {
            Signer::Gpg { program, .. } | Signer::Ssh { program, .. } => program,
        }
    }
}

fn sign_with_gpg(program: &str, key: &str, content: &str) -> Result<String> {
    let mut command = Command::new(program);
    command.args(["--status-fd=2", "-bsau", key]);
    let output = run(command, program, content)?;
    // gpg can exit 0 without having signed; the status line is the proof.
    let status = String::from_utf8_lossy(&output.stderr);
    let signed = status.lines().any(|line| line.starts_with("[GNUPG:] SIG_CREATED "));
    if !output.status.success() || !signed {
        return Err(explain(program, key, &output));
    }
    String::from_utf8(output.stdout).with_context(|| format!("{program} gave a signature that is not text"))
}

fn sign_with_ssh(program: &str, key: &SshKey, scratch: &Path, content: &str) -> Result<String> {
    let scratch = Scratch::new(scratch)?;
    let content_file = scratch.0.join("content");
    let failed = || format!("cannot prepare signing in {}", scratch.0.display());
    std::fs::write(&content_file, content).with_context(failed)?;
    let mut command = Command::new(program);
    command.args(["-Y", "sign", "-n", "git", "-f"]);
    let named = match key {
        SshKey::File(file) => {
            command.arg(file);
            file.display().to_string()
        }
        SshKey::Literal(literal) => {
            let key_file = scratch.0.join("key");
            std::fs::write(&key_file, literal).with_context(failed)?;
            command.arg(key_file).arg("-U");
            literal.clone()
        }
    };
    command.arg(&content_file);
    let output = run(command, program, "")?;
    if !output.status.success() {
        return Err(explain(program, &named, &output));
    }
    let signature = scratch.0.join("content.sig");
    std::fs::read_to_string(signature).with_context(|| format!("{program} left no signature"))
}

/// A folder for one signature's files, removed with what is in it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(parent: &Path) -> Result<Scratch> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("sign-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path)
            .with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is the text of an unsigned commit; nobody reads it.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(mut command: Command, program: &str, input: &str) -> Result<Output> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| {
        format!(
            "cannot run {program} to sign commits, as commit.gpgsign asks; install it or correct gpg.program"
        )
    })?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends without reading everything says why on stderr; that is the better message.
        let _ = stdin.write_all(input.as_bytes());
    }
    child.wait_with_output().with_context(|| format!("cannot read what {program} says"))
}

fn explain(program: &str, key: &str, output: &Output) -> anyhow::Error {
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("[GNUPG:]"))
        .collect();
    let said = if said.is_empty() { format!("it ended with {}", output.status) } else { said.join("; ") };
    anyhow!(
        "{program} could not sign with the key {key}: {said}; nothing was changed; correct user.signingkey, or turn \
         signing off here with `git config commit.gpgsign false`"
    )
}

/// The public key in a `user.signingkey` that is one itself.
fn literal_key(key: &str) -> Option<&str> {
    key.strip_prefix("key::").or_else(|| key.starts_with("ssh-").then_some(key))
}

/// The first key that the user's command prints.
fn default_ssh_key(command: Option<String>) -> Result<String> {
    let Some(command) = command else {
        bail!(
            "commit.gpgsign and gpg.format=ssh ask for signed commits, but user.signingkey is not set; set it"
        )
    };
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or_default();
    let mut child = Command::new(program);
    child.args(words);
    let output = run(child, program, "")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    match printed.lines().next().filter(|line| output.status.success() && literal_key(line).is_some()) {
        Some(key) => Ok(literal_key(key).unwrap_or(key).to_owned()),
        None => bail!("gpg.ssh.defaultKeyCommand ({command}) printed no key; set user.signingkey"),
    }
}
