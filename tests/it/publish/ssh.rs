//! The same over real ssh: a server of its own on this machine, with keys of its own.

use crate::publish::world::LATER;
use crate::review::dreamt::{MISTAKES, dream};
use crate::sandbox::Sandbox;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// `sshd`, ended with the test.
struct Sshd(Child);

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sshd() -> Option<&'static str> {
    ["/usr/sbin/sshd", "/usr/bin/sshd", "/usr/local/sbin/sshd"]
        .into_iter()
        .find(|path| Path::new(path).exists())
}

#[test]
fn a_branch_goes_over_ssh_with_the_persons_own_key() {
    let Some(program) = sshd().filter(|_| cfg!(unix)) else {
        println!("skipped: there is no sshd on this machine; .ci/run installs one where it may");
        return;
    };
    let sandbox = Sandbox::new();
    let top = sandbox.path("");
    let key = |name: &str| {
        let ran =
            sandbox.command("ssh-keygen", &top).args(["-q", "-t", "ed25519", "-N", "", "-f", name]).status();
        assert!(ran.unwrap().success());
    };
    ["host", "ann", "mallory"].iter().for_each(|name| key(name));
    let read = |name: &str| std::fs::read_to_string(sandbox.path(name)).unwrap();
    std::fs::write(sandbox.path("authorized"), read("ann.pub")).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    std::fs::write(sandbox.path("known"), format!("[127.0.0.1]:{port} {}", read("host.pub"))).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {host}\nAuthorizedKeysFile {authorized}\nStrictModes no\nUsePAM no\n\
         PidFile none\nPermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
         SetEnv PATH={path}\n",
        host = sandbox.path("host").display(),
        authorized = sandbox.path("authorized").display(),
    );
    std::fs::write(sandbox.path("sshd_config"), config).unwrap();
    // Where sshd leaves its rights behind; whoever may not make it does not need it.
    let _ = std::fs::create_dir_all("/run/sshd");
    let mut server = Command::new(program);
    server.args(["-D", "-e", "-f"]).arg(sandbox.path("sshd_config"));
    let mut server = Sshd(server.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if server.0.try_wait().unwrap().is_some() {
            println!("skipped: sshd does not run here");
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }

    let bare = sandbox.path("memory.git");
    sandbox.git(&top, &["init", "--quiet", "--bare", "--initial-branch=main", "memory.git"]);
    let dir = sandbox.repo("m", &[]);
    sandbox.dream(&dir, &["init", "--quiet"]).ok();
    let (branch, _) = dream(&sandbox, &dir, "sessions", &MISTAKES);
    let user = sandbox.command("id", &top).arg("-un").output().unwrap().stdout;
    let user = String::from_utf8(user).unwrap();
    let url = format!("ssh://{}@127.0.0.1:{port}{}", user.trim(), bare.display());
    sandbox.git(&dir, &["remote", "add", "origin", &url]);
    sandbox.git(&dir, &["push", "--quiet", bare.to_str().unwrap(), "main"]);
    let publish = |who: &str| {
        let ssh = format!(
            "ssh -F /dev/null -i '{}' -o IdentitiesOnly=yes -o IdentityAgent=none -o UserKnownHostsFile='{}'",
            sandbox.path(who).display(),
            sandbox.path("known").display()
        );
        let mut command = sandbox.dream_command(&dir, &["publish", "--forge", "none", "--now", LATER]);
        command.env("GIT_SSH_COMMAND", ssh);
        sandbox.run(command)
    };
    let at_remote = || sandbox.try_git(&bare, &["rev-parse", "--quiet", "--verify", &branch]).stdout;
    let refused = publish("mallory");
    assert_eq!(refused.status, 3, "{refused:?}");
    assert!(refused.stderr.contains("does not let us in") && at_remote().is_empty(), "{refused:?}");
    let done = publish("ann");
    assert_eq!(done.status, 0, "{done:?}");
    assert_eq!(at_remote().trim(), sandbox.git(&dir, &["rev-parse", &branch]));
}
