//! Pull requests that nothing speaks against: notes as people write them, much of it close to what the rules look
//! for, and changes that people make to a memory.

use super::Base;
use super::notes::{plain, skill, with_body};
use super::pull::Pull;

pub(super) fn pulls(base: &Base) -> Vec<Pull> {
    let mut pulls: Vec<Pull> = WRITTEN.split("=== ").skip(1).map(written).collect();
    pulls.extend(edits(base));
    pulls.extend(housekeeping(base));
    pulls
}

fn written(note: &str) -> Pull {
    let (head, body) = note.split_once('\n').unwrap();
    let (path, rule) = head.split_once(" = ").unwrap();
    let (folder, name) = path.split_once('/').unwrap();
    Pull::new(rule).file(&format!("{path}.md"), with_body(folder, name, rule, body.trim_end()))
}

/// Changes to notes that stand.
fn edits(base: &Base) -> Vec<Pull> {
    let path = base.note("payment-amount-does-not-add-up");
    let text = base.text(&path);
    let evidence = text.lines().filter(|line| line.contains("[source: ")).collect::<Vec<_>>();
    let (first, last) = (evidence[0], evidence[evidence.len() - 1]);
    let tabs = base.text("preferences/use-tabs.md");
    let edit = |name: &str, text: String| Pull::new(name).file(&path, text);
    vec![
        edit(
            "a sentence more",
            text.replace("## Evidence", "Prices change while you talk: look them up last.\n\n## Evidence"),
        ),
        edit("a quote less", text.replace(&format!("{last}\n"), "")),
        edit("quotes in another order", text.replace(first, "\0").replace(last, first).replace('\0', last)),
        edit(
            "a quote as bytes in a fence of two ticks",
            text.replace(&format!("- `{}`", quote(first)), &format!("- `` {} ``", quote(first))),
        ),
        edit("a quote cut short", text.replace(quote(first), &format!("{}…", &quote(first)[..30]))),
        edit("no evidence at all", text.split("## Evidence").next().unwrap().trim_end().to_owned() + "\n"),
        edit("pinned from now on", text.replace("status: active", "status: pinned")),
        edit("waits for people", text.replace("status: active", "status: open")),
        edit(
            "another rule in the front",
            text.replace("description: ", "description: Always ").replace("Always \"", "\"Always "),
        ),
        Pull::new("a wish turned round")
            .file("preferences/use-tabs.md", tabs.replace("with tabs", "with two spaces")),
        Pull::new("Windows line ends").file("preferences/use-tabs.md", tabs.replace('\n', "\r\n")),
        Pull::new("a byte-order mark").file("preferences/use-tabs.md", format!("\u{feff}{tabs}")),
        Pull::new("blanks at line ends").file("preferences/use-tabs.md", tabs.replace(".\n", ".  \n")),
    ]
}

/// What stands between the ticks of a line of evidence.
fn quote(line: &str) -> &str {
    line.trim_start_matches("- `").split('`').next().unwrap()
}

/// Changes to which notes there are, and to what lies beside them.
fn housekeeping(base: &Base) -> Vec<Pull> {
    let tabs = base.text("preferences/use-tabs.md");
    let pinned = base.text("preferences/keep-the-changelog.md");
    let main = base.text("MEMORY.md");
    let path = base.note("gift-card-balance");
    let mistake = base.text(&path);
    let name = path.trim_start_matches("mistakes/").trim_end_matches(".md");
    vec![
        Pull::new("a note removed").without("preferences/use-tabs.md"),
        Pull::new("a learned note removed").without(&path),
        Pull::new("a note retired")
            .without(&path)
            .file(&format!("archive/{path}"), mistake.replace("status: active", "status: retired")),
        Pull::new("a note renamed")
            .without("preferences/use-tabs.md")
            .file("preferences/tabs.md", tabs.replace("name: use-tabs", "name: tabs")),
        Pull::new("a note for one agent only").without(&path).file(
            &format!("agents/codex/mistakes/{name}.md"),
            mistake.replace("scope: team", "scope: agent codex"),
        ),
        Pull::new("one rule for two agents")
            .file(
                "agents/codex/preferences/a.md",
                plain("preferences", "a", "Answer in English.").replace("scope: team", "scope: agent codex"),
            )
            .file(
                "agents/gemini/preferences/a.md",
                plain("preferences", "a", "Answer in English.").replace("scope: team", "scope: agent gemini"),
            ),
        Pull::new("the pin taken out")
            .file("preferences/keep-the-changelog.md", pinned.replace("status: pinned", "status: active")),
        Pull::new("two notes made one").without("preferences/use-tabs.md").file(
            "preferences/shell-style.md",
            plain("preferences", "shell-style", "Indent shell scripts with tabs and quote every variable."),
        ),
        Pull::new("a playbook").file("playbooks/ship/SKILL.md", skill("ship", "Ship a release.")),
        Pull::new("a playbook with a script")
            .file("playbooks/ship/SKILL.md", skill("ship", "Ship a release."))
            .file("playbooks/ship/scripts/tag.sh", "git tag \"$1\"\n"),
        Pull::new("a preface by a person").file(
            "MEMORY.md",
            main.replace("## Index", "We build a booking desk. Money is in cents.\n\n## Index"),
        ),
        Pull::new("a section behind the index")
            .file("MEMORY.md", format!("{}\n## People\n\nAsk Ann about refunds.\n", main.trim_end())),
        Pull::new("another limit").file("dream.toml", "[memory]\nmax_learnings = 5\n"),
        Pull::new("a workflow").file(".github/workflows/dream.yml", "on: workflow_dispatch\njobs: {}\n"),
        Pull::new("a rubric").file(
            "rubrics/refund.md",
            "---\nname: refund\n---\n# Refund\n\n## Criteria\n\n- amount (2): It is right.\n",
        ),
        Pull::new("a README in a folder").file("mistakes/README.md", "What went wrong.\n"),
        Pull::new("an owner for every file").file("CODEOWNERS", "* @ann\n"),
        Pull::new("nothing at all"),
    ]
}

/// Notes by people of many trades. Before each stands `=== folder/name = rule`.
const WRITTEN: &str = include_str!("good_notes.txt");
