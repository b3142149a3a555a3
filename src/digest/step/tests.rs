//! What the steps of real command lines are.

use super::*;
use crate::redact::redact;
use crate::session::{Arg, Args};

fn call(tool: &str, args: &[(&str, &str)]) -> Call {
    let arg = |(path, value): &(&str, &str)| Arg { path: redact(path), value: redact(value) };
    Call {
        tool: redact(tool),
        args: Args(args.iter().map(arg).collect()),
        status: Status::Returned,
        output: Clean::default(),
    }
}

fn steps(line: &str) -> String {
    of(&call("Bash", &[("command", line)])).iter().map(|step| step.to_string()).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_command_is_its_program_and_sub_command() {
    for (line, expected) in [
        ("git push origin main", "git push"),
        ("git -C /srv/app commit -am 'fix: x'", "git commit"),
        ("cargo +nightly test --all -- --nocapture", "cargo test"),
        ("npm run build:prod -- --watch", "npm run build:prod"),
        ("pnpm --filter web install", "pnpm install"),
        ("docker compose -f dev.yml up -d", "docker compose up"),
        ("kubectl -n staging apply -f k8s/", "kubectl apply"),
        ("make -j4 lint", "make lint"),
        ("make", "make"),
        ("python3 -m pytest tests/ -q", "pytest"),
        ("python -m http.server 8000", "http.server"),
        ("uv run --with httpx pytest", "pytest"),
        ("npx --yes eslint src --fix", "eslint"),
        ("./scripts/release.sh 1.2.3", "scripts/release.sh"),
        ("bash /home/u/app/scripts/release.sh", "scripts/release.sh"),
        ("python manage.py migrate", "manage.py migrate"),
        ("./gradlew :app:test", "gradlew :app:test"),
        ("node_modules/.bin/tsc --noEmit", "tsc"),
        ("/usr/bin/git status", "git status"),
        ("gh pr create --fill", "gh pr create"),
        ("terraform plan -out=plan.tfplan", "terraform plan"),
        ("pytest tests", "pytest"),
        ("rm -rf build", "rm"),
        ("curl -s https://x.test/a", "curl"),
    ] {
        assert_eq!(steps(line), expected, "{line}");
    }
}

#[test]
fn tools_that_nobody_has_heard_of_have_sub_commands_too() {
    for (line, expected) in [
        ("zeta deploy --env prod", "zeta deploy"),
        ("zeta --env prod deploy", "zeta deploy"),
        ("zeta --verbose deploy", "zeta deploy"),
        ("zeta --env=prod deploy staging", "zeta deploy"),
        ("orbit publish v1.4.2", "orbit publish"),
        ("orbit ./site", "orbit"),
        ("orbit 3 KEY=value", "orbit"),
        ("vex check-links docs/", "vex check-links"),
        ("orbit crate create in.box out.box", "orbit crate create"),
        ("orbit -c prod -f a.sql", "orbit"),
        ("orbit --quiet publish a", "orbit publish"),
        ("python tools/stock.py export --all", "tools/stock.py export"),
        ("python tools/stock.py harvest", "tools/stock.py"),
        ("$TOOL deploy", ""),
    ] {
        assert_eq!(steps(line), expected, "{line}");
    }
}

#[test]
fn a_line_is_the_steps_that_do_its_work() {
    for (line, expected) in [
        ("cd app && FOO=1 cargo test 2>&1 | tail -20", "cargo test"),
        (
            "git add -A && git commit -m \"$(cat <<'EOF'\nDon't; rm -rf /\nEOF\n)\" && git push",
            "git add, git commit, git push",
        ),
        ("sudo env A=1 timeout -k 5 30 nohup zeta deploy &", "zeta deploy"),
        ("bash -lc 'cd x; make test || make clean'", "make test, make clean"),
        ("for f in *.rs; do rustfmt $f; done; if true; then cargo build; fi", "rustfmt, cargo build"),
        ("find . -name '*.py' | xargs -n 1 black", "black"),
        ("(cd web && npm ci) && { npm test; }", "npm ci, npm test"),
        ("cat > src/a.rs <<'EOF'\nfn main() {}\nEOF\ncargo run", "edit *.rs, cargo run"),
        ("sed -i 's/a/b/' CHANGELOG.md", "edit CHANGELOG.md"),
        ("perl -pi -e 's/a/b/' docs/a.md && ruby -ne 'puts' b.md", "edit *.md, ruby"),
        ("yq -i '.a = 1' x/values.yaml; yq '.a' x/values.yaml", "edit *.yaml"),
        ("jq '.a = 1' a.json | sponge a.json", "edit *.json"),
        ("echo hi > /tmp/x; echo $?", ""),
        ("ls -la | grep x", "ls"),
        ("cat src/lib.rs", "read *.rs"),
        ("cargo test > out.txt; cat out.txt", "cargo test"),
        ("cd /x", ""),
    ] {
        assert_eq!(steps(line), expected, "{line}");
    }
}

#[test]
fn files_and_tools_have_steps_of_their_own() {
    let one = |tool: &str, args: &[(&str, &str)]| of(&call(tool, args)).first().map(|step| step.to_string());
    let step = |text: &str| Some(text.to_owned());
    assert_eq!(one("Edit", &[("file_path", "/a/b.rs"), ("new_string", "x")]), step("edit *.rs"));
    assert_eq!(one("Read", &[("file_path", "docs/x.md")]), step("read *.md"));
    assert_eq!(one("Write", &[("file_path", "package.json")]), step("edit package.json"));
    assert_eq!(one("str_replace_editor", &[("command", "view"), ("path", "a.py")]), step("read *.py"));
    assert_eq!(
        one("apply_patch", &[("input", "*** Begin Patch\n*** Update File: a/b.go\n@@\n")]),
        step("edit *.go")
    );
    assert_eq!(one("book_reservation", &[("user_id", "x")]), step("book_reservation"));
    assert_eq!(one("mcp__tracker__close", &[("id", "7")]), step("mcp__tracker__close"));
    assert_eq!(one("TodoWrite", &[]), None);
    let codex =
        call("shell", &[("command[]", "bash"), ("command[]", "-lc"), ("command[]", "git push && ls")]);
    assert_eq!(of(&codex), [Step(redact("git push"))]);
    assert_eq!(command_line(&codex).map(Clean::as_str), Some("git push && ls"));
    let words = call("shell", &[("command[]", "git"), ("command[]", "tag"), ("command[]", "v1")]);
    assert_eq!(of(&words), [Step(redact("git tag"))]);
}

#[test]
fn a_failure_belongs_to_the_part_that_the_output_names() {
    let failing_part = |line: &str, output: &str| {
        let call = Call { output: redact(output), ..call("Bash", &[("command", line)]) };
        failing(&call).to_string()
    };
    let line = "cd x && zeta deploy --env p && git push | tail";
    assert_eq!(failing_part(line, "bash: line 1: zeta: command not found"), "zeta deploy");
    assert_eq!(failing_part(line, "cd: no such file or directory: x\nbash: cd: x: No such file"), "cd");
    assert_eq!(failing_part(line, "rejected"), "git push");
    assert_eq!(failing_part("cat a.md | head", "nothing"), "read *.md");
}

#[test]
fn checks_and_questions_are_told_from_changes() {
    let step = |text: &str| Step(redact(text));
    for text in [
        "cargo test",
        "pytest",
        "npm run build",
        "make lint",
        "zeta check",
        "tsc",
        "run_tests",
        "npm run test:e2e",
    ] {
        assert!(is_verification(&step(text)), "{text}");
    }
    for text in ["git push", "check_balance", "edit *.test", "zeta deploy", "verify_identity"] {
        assert!(!is_verification(&step(text)), "{text}");
    }
    let changes = |tool: &str, line: &str| changes_something(&call(tool, &[("command", line)]));
    assert!(changes("Bash", "zeta deploy") && changes("Bash", "ls; git push") && changes("cancel_order", ""));
    for (tool, line) in [
        ("Bash", "git status"),
        ("Bash", "cargo test"),
        ("Bash", "kubectl get pods"),
        ("get_user", ""),
        ("think", ""),
    ] {
        assert!(!changes(tool, line), "{tool} {line}");
    }
}

#[test]
fn a_sequence_leaves_out_failures_looking_around_and_repetitions() {
    let lines = ["ls", "cargo build", "cargo build", "zeta lint", "grep x a", "zeta lint", "git push"];
    let mut bodies = Vec::new();
    for line in &lines {
        let mut call = call("Bash", &[("command", line)]);
        if *line == "git push" {
            call.status = Status::Failed { exit: Some(1) };
        }
        bodies.push(Body::Call(call));
    }
    let session = Session::of(bodies);
    let texts = |most| {
        super::steps(&sequence(&session, most)).iter().map(|step| step.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(texts(9), ["cargo build", "zeta lint"]);
    assert_eq!(texts(1), ["cargo build"]);
}

#[test]
fn forms_keep_what_may_be_one_more_sub_command() {
    let form = |line: &str| {
        let call = call("Bash", &[("command", line)]);
        let first = |form: Form| form.with(form.details().next().unwrap_or_default()).to_string();
        let forms: Vec<String> = telling_parts(&call).iter().map(|part| first(Form::of(part))).collect();
        forms.join(", ")
    };
    for (line, expected) in [
        ("rio cogeo create a.tif b.tif", "rio cogeo create"),
        ("python tools/loc.py import --all", "tools/loc.py import"),
        ("./tools/loc.py", "tools/loc.py"),
        ("snakemake -n out/x.tif", "snakemake -n"),
        ("snakemake --cores=8 out/x.tif", "snakemake --cores"),
        ("git push origin main", "git push"),
        ("npm run build", "npm run build"),
        ("pytest -x", "pytest"),
        ("cargo test parse", "cargo test"),
    ] {
        assert_eq!(form(line), expected, "{line}");
    }
}

#[test]
fn hostile_lines_end_somewhere() {
    let nested = "bash -c ".repeat(3000);
    let quotes = "\"$(".repeat(4000);
    let sudo = "sudo ".repeat(3000);
    for line in [
        nested.as_str(),
        &quotes,
        &sudo,
        "bash -c \"bash -c 'bash -c é'\"",
        "é=1 é",
        "=",
        "- -- -",
        "a/ / .",
        "\u{0}\u{7}",
        "$()",
        "sed -i",
    ] {
        let call = call("Bash", &[("command", line)]);
        of(&call);
        failing(&call);
        changes_something(&call);
    }
}
