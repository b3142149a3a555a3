//! `git dream completions SHELL`

use super::talk::Talk;
use clap_complete::Shell;

#[derive(clap::Args)]
pub(super) struct Options {
    /// The shell that will read it
    shell: Shell,
}

/// git's own completion for bash asks the function of this name what follows `git dream`.
const AS_SUBCOMMAND_IN_BASH: &str = r#"
_git_dream() {
    local at=1
    while [[ $at -lt $COMP_CWORD && ${COMP_WORDS[at]} != dream ]]; do ((at++)); done
    local COMP_WORDS=(git-dream "${COMP_WORDS[@]:at+1}") COMP_CWORD=$((COMP_CWORD - at))
    _git__dream git-dream "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
}
"#;

/// Prints the script, under the name that the program is installed by.
pub(super) fn main(options: &Options, mut command: clap::Command, talk: &Talk) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, "git-dream", &mut script);
    if options.shell == Shell::Bash {
        script.extend_from_slice(AS_SUBCOMMAND_IN_BASH.as_bytes());
    }
    Ok(talk.data(&String::from_utf8_lossy(&script))?)
}
