//! `git dream completions SHELL`

use super::talk::Talk;
use clap_complete::Shell;

#[derive(clap::Args)]
pub(super) struct Options {
    /// The shell that will read it; fish: in ~/.config/fish/conf.d, zsh: as _git-dream in a folder of fpath
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

/// fish completes `git dream …` as it would `git-dream …`.
const AS_SUBCOMMAND_IN_FISH: &str = r#"
complete -c git -n "__fish_seen_subcommand_from dream" -f \
    -a '(complete -C (string replace -r "^.*?\bdream\b" git-dream -- (commandline -cp)))'
"#;

/// Prints the script, under the name that the program is installed by.
pub(super) fn main(options: &Options, mut command: clap::Command, talk: &Talk) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, "git-dream", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if options.shell == Shell::Fish {
        script.push_str(AS_SUBCOMMAND_IN_FISH);
    }
    if options.shell == Shell::Bash {
        // clap_complete 4.6 takes the hyphen of a program's name for a space where it names the parts of the
        // script, but not where it calls them: no command's options would ever be completed.
        script = script.replace("git__subcmd__dream", "git__dream");
        script.push_str(AS_SUBCOMMAND_IN_BASH);
    }
    talk.data(&script)
}
