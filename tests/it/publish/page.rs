//! What a page makes of a pull request's text: hostile words stay words, and there is never too much.

use super::world::World;
use crate::cli::Mistake;
use crate::review::dreamt::dream;
use crate::sandbox::Sandbox;
use git_dream::forge::Kind;
use pulldown_cmark::{Event, Options, Parser, Tag};

fn body(sandbox: &Sandbox, dir: &std::path::Path) -> String {
    let ran = sandbox.dream(dir, &["publish", "--dry-run", "--json"]).ok();
    let published: serde_json::Value = serde_json::from_str(&ran).unwrap();
    published["body"].as_str().unwrap().to_owned()
}

fn memory(sandbox: &Sandbox, files: &[(&str, &str)], mistakes: &[Mistake<'_>]) -> std::path::PathBuf {
    let dir = sandbox.repo("m", files);
    sandbox.dream(&dir, &["init", "--quiet"]).ok();
    dream(sandbox, &dir, "sessions", mistakes);
    dir
}

#[test]
fn nothing_from_a_transcript_acts_on_a_page() {
    let sandbox = Sandbox::new();
    let hostile: Mistake<'_> = (
        "ferry load crates",
        "error: closes #12, ping @acme/security <img src=x onerror=alert(1)> ![x](http://evil.example/a) \
         http://evil.example /merge `| a |` www.evil.example fixes: acme/app#3\u{202e}",
        "ferry load crates --lower-ramp",
    );
    // What the gate lets pass, and what it does not, which is told.
    let sly: Mistake<'_> = (
        "kiln fire tiles",
        "error: closes #12 /merge ping @acme/security, see acme/app#3 \\| @acme/security",
        "kiln fire tiles --now",
    );
    let dir = memory(&sandbox, &[], &[hostile, sly, crate::review::dreamt::MISTAKES[2]]);
    let body = body(&sandbox, &dir);
    assert!(body.contains("@acme/security"), "what was said is shown: {body}");
    let (mut outside, mut html) = (String::new(), String::new());
    for event in Parser::new_ext(&body, Options::ENABLE_TABLES) {
        match event {
            Event::Text(text) => outside.push_str(&text),
            Event::Html(text) | Event::InlineHtml(text) => html.push_str(&text),
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("{body}"),
            _ => {}
        }
    }
    for word in ["@acme", "#12", "#3", "http", "www", "<img", "/merge", "\u{202e}"] {
        assert!(!outside.contains(word), "{word} can act: {outside}");
    }
    assert!(!html.contains("img") && !body.contains('\u{202e}'), "{html}");
    for line in body.lines() {
        let lower = line.to_lowercase();
        assert!(
            !lower.contains("closes #12") && !lower.contains("fixes: acme/app#3"),
            "GitLab reads code, too: {line}"
        );
        assert!(!line.starts_with('/'), "{line}");
    }
}

#[test]
fn a_memory_has_its_own_text_and_a_broken_one_is_told() {
    let own =
        "Dear team, {{ summary }} of {{ cycle }}.\n{% for one in learnings %}- {{ one.title }}\n{% endfor %}";
    let world = World::with(Kind::GitHub, &[("templates/pull-request.md", own)]);
    let body = body(&world.sandbox, &world.dir);
    assert!(body.contains("Dear team, 3 learnings (3 mistakes) of 2026-01-05"), "{body}");
    world.sandbox.commit(&world.dir, &[("templates/pull-request.md", "{{ nobody }}")], "Break it");
    let ran = world.publish(&[]);
    assert!(ran.status == 2 && ran.stderr.contains("templates/pull-request.md"), "{ran:?}");
    assert_eq!(world.at_remote(&world.branch), "", "nothing is sent before the text is there");
}

#[test]
fn a_long_text_is_shortened_and_says_so() {
    let long = format!(
        "{{% for one in learnings if one.number <= detailed %}}{}{{% endfor %}}{{{{ left_out }}}} left",
        "long ".repeat(6_000)
    );
    let sandbox = Sandbox::new();
    let dir = memory(&sandbox, &[("templates/pull-request.md", &long)], &crate::review::dreamt::MISTAKES);
    let text = body(&sandbox, &dir);
    assert!(text.len() <= 65_000 && text.contains("1 left"), "{} {}", text.len(), &text[text.len() - 80..]);
    let endless = format!("{}\n\n", "a line\n\n".repeat(20_000));
    sandbox.commit(&dir, &[("templates/pull-request.md", &endless)], "Endless");
    let text = body(&sandbox, &dir);
    assert!(text.len() <= 65_000 && text.contains("The rest found no room here"), "{}", text.len());
}
