//! Makes up a long history: a stream for `git fast-import` in which cycles propose and people decide.
//!
//! Every tenth cycle's branch is deleted unmerged, the others are merged, squashed or picked in turn; of each, some
//! learnings are left out, some edited, some revise a note. Between them people work on notes and on other files. The
//! last two branches are open, and now and then a note is renamed or deleted.

use std::collections::BTreeMap;
use std::fmt::Write;

/// How long a history.
pub(crate) struct Size {
    pub(crate) notes: usize,
    /// Commits of `main`, at least.
    pub(crate) commits: usize,
    pub(crate) sessions: usize,
    pub(crate) cycles: usize,
}

/// The history as it is to be imported.
pub(crate) struct Story {
    /// The commits of `main` and of the dream branches.
    pub(crate) stream: Vec<u8>,
    cycles: Vec<Cycle>,
    sessions: usize,
}

/// One cycle, its commits by their marks.
struct Cycle {
    name: String,
    at: i64,
    base: usize,
    tip: usize,
    learnings: Vec<Learning>,
}

struct Learning {
    mark: usize,
    change: &'static str,
    number: usize,
    text: String,
    sessions: usize,
}

/// The first moment, in seconds since 1970: 2024-01-01.
const BEGIN: i64 = 1_704_067_200;

struct Writer {
    stream: Vec<u8>,
    mark: usize,
    now: i64,
    /// Commits of `main` so far.
    count: usize,
    tip: usize,
    /// The notes that stand on `main`, by number.
    notes: BTreeMap<usize, String>,
}

impl Story {
    /// Makes a history up.
    pub(crate) fn make(size: &Size) -> Story {
        let mut writer =
            Writer { stream: Vec::new(), mark: 0, now: BEGIN, count: 0, tip: 0, notes: BTreeMap::new() };
        writer.tip = writer.commit("main", None, None, "Begin", &[("MEMORY.md", "# Memory\n\n## Index\n")]);
        let mut cycles = Vec::new();
        // A few more are proposed than are taken.
        let adds = (size.notes * 100).div_ceil(90 * size.cycles);
        let mut number = 0;
        for at in 0..size.cycles {
            cycles.push(writer.cycle(at, adds, &mut number, size));
            let due = size.commits * (at + 1) / size.cycles;
            while writer.count < due {
                writer.by_hand();
            }
        }
        Story { stream: writer.stream, cycles, sessions: size.sessions }
    }

    /// The dream branches that people have closed.
    pub(crate) fn closed(&self) -> impl Iterator<Item = String> {
        let open = self.cycles.len().saturating_sub(2);
        self.cycles.iter().take(open).map(|cycle| format!("dream/{}", cycle.name))
    }

    /// The ledger's stream, once commits have names.
    pub(crate) fn ledger(&self, names: &BTreeMap<usize, String>) -> Vec<u8> {
        let mut writer =
            Writer { stream: Vec::new(), mark: 0, now: BEGIN, count: 0, tip: 0, notes: BTreeMap::new() };
        let named = |mark: &usize| names.get(mark).cloned().unwrap_or_default();
        let each = self.sessions / self.cycles.len();
        let mut tip = None;
        for (at, cycle) in self.cycles.iter().enumerate() {
            writer.now = cycle.at;
            let (mut digests, mut sessions) = (String::new(), String::new());
            for number in at * each..(at + 1) * each {
                let id = session(number);
                let _ = writeln!(digests, "{}", digest(&id, number));
                let _ = writeln!(sessions, "{id} {id} ann");
            }
            let learnings = cycle.learnings.iter().map(|learning| {
                let Learning { mark, change, number, sessions, .. } = learning;
                serde_json::json!({
                    "commit": named(mark), "change": change, "kind": kind(*number), "note": path(*number),
                    "title": title(*number), "pattern": pattern(*number), "grade": "corroborated",
                    "support": {"sessions": sessions, "jobs": sessions / 2 + 1, "agents": 2, "people": 3},
                })
            });
            let learnings: Vec<_> = learnings.collect();
            let known = cycle.learnings.iter().map(|learning| {
                let number = learning.number;
                serde_json::json!({"fingerprint": pattern(number), "anchor": ["error", format!("tool-{number}"), "failed"]})
            });
            let known: Vec<_> = known.collect();
            let record = serde_json::json!({
                "version": 1, "cycle": cycle.name, "at": moment(cycle.at), "target": "main", "base": named(&cycle.base),
                "branch": format!("dream/{}", cycle.name), "tip": named(&cycle.tip), "engine": "builtin/0.1.0",
                "settings": "379d7873dafcf48c", "counts": {"sessions_new": each, "sessions_read": each, "skipped": 0},
                "learnings": learnings, "refused": [], "known": known,
            });
            let files = [
                (format!("digests/{}.jsonl", cycle.name), digests),
                (format!("sessions/{}.txt", cycle.name), sessions),
                (format!("cycles/{}.json", cycle.name), format!("{record:#}\n")),
            ];
            let files: Vec<(&str, &str)> =
                files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            let message = format!("Dream {}", cycle.name);
            tip = Some(writer.commit("ledger", tip, None, &message, &files));
        }
        writer.stream
    }
}

impl Writer {
    /// Writes a commit; gives its mark. A file without content is deleted.
    fn commit(
        &mut self,
        branch: &str,
        from: Option<usize>,
        merge: Option<usize>,
        message: &str,
        files: &[(&str, &str)],
    ) -> usize {
        self.mark += 1;
        self.now += 60;
        let name =
            if branch == "ledger" { "refs/dream/ledger".to_owned() } else { format!("refs/heads/{branch}") };
        let who = if branch == "main" { "Ann <ann@example.org>" } else { "git-dream <dream@example.org>" };
        let mut text = format!("commit {name}\nmark :{}\ncommitter {who} {} +0000\n", self.mark, self.now);
        let _ = write!(text, "data {}\n{message}\n", message.len());
        for (word, mark) in [("from", from), ("merge", merge)] {
            if let Some(mark) = mark {
                let _ = writeln!(text, "{word} :{mark}");
            }
        }
        for (path, content) in files {
            let _ = match content.is_empty() {
                true => writeln!(text, "D {path}"),
                false => write!(text, "M 100644 inline {path}\ndata {}\n{content}\n", content.len()),
            };
        }
        self.stream.extend(text.into_bytes());
        self.mark
    }

    fn on_main(&mut self, merge: Option<usize>, message: &str, files: &[(&str, &str)]) {
        self.tip = self.commit("main", Some(self.tip), merge, message, files);
        self.count += 1;
    }

    /// A cycle and what people make of it.
    fn cycle(&mut self, at: usize, adds: usize, number: &mut usize, size: &Size) -> Cycle {
        self.now = self.now.max(BEGIN + at as i64 * 3 * 86_400);
        let name = format!("{}-{at:06x}", &moment(self.now)[..10]);
        let branch = format!("dream/{name}");
        let (base, begun) = (self.tip, self.now);
        let mut tip = base;
        let mut learnings = Vec::new();
        let revised: Vec<usize> = self.notes.keys().copied().skip(at * 7 % 31).step_by(97).take(3).collect();
        let added = *number..*number + adds;
        *number = added.end;
        let sessions = size.sessions * (at + 1) / size.cycles;
        for (change, note) in
            added.map(|note| ("add", note)).chain(revised.into_iter().map(|note| ("revise", note)))
        {
            let text = note_text(note, at, sessions);
            let message = message(&name, change, note, sessions);
            tip = self.commit(&branch, Some(tip), None, &message, &[(&path(note), &text)]);
            learnings.push(Learning { mark: tip, change, number: note, text, sessions: 3 + note % 40 });
        }
        let index = index(&learnings);
        tip = self.commit(
            &branch,
            Some(tip),
            None,
            &format!("index: {name}\n\nDream-Cycle: {name}"),
            &[("MEMORY.md", &index)],
        );
        let is_open = at + 2 >= size.cycles;
        if at % 10 != 9 && !is_open {
            self.land(at, &name, tip, &learnings, &index);
        }
        Cycle { name, at: begun, base, tip, learnings }
    }

    /// Takes a branch, in one of the ways that people have.
    fn land(&mut self, at: usize, name: &str, tip: usize, learnings: &[Learning], index: &str) {
        let left_out = |place: &usize| at % 3 == 1 && place % 11 == 5;
        let taken: Vec<&Learning> =
            learnings.iter().enumerate().filter(|(place, _)| !left_out(place)).map(|(_, one)| one).collect();
        let texts: Vec<(String, &str)> =
            taken.iter().map(|one| (path(one.number), one.text.as_str())).collect();
        let mut files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        files.push(("MEMORY.md", index));
        match at % 3 {
            0 => self.on_main(Some(tip), &format!("Merge branch 'dream/{name}'"), &files),
            1 => {
                for one in &taken {
                    let message = message(name, one.change, one.number, one.sessions);
                    self.on_main(None, &message, &[(&path(one.number), &one.text)]);
                }
            }
            _ => {
                let mut body = format!("Dreams (#{at})\n");
                for one in &taken {
                    let _ = write!(body, "\n* {}\n", message(name, one.change, one.number, one.sessions));
                }
                self.on_main(None, &body, &files);
            }
        }
        // What a merge brings counts as well.
        self.count += if at.is_multiple_of(3) { learnings.len() + 1 } else { 0 };
        self.notes.extend(taken.iter().map(|one| (one.number, one.text.clone())));
    }

    /// Somebody works on a note or on something else.
    fn by_hand(&mut self) {
        let at = self.count;
        let touched = self.notes.keys().copied().nth(at * 13 % self.notes.len().max(1));
        match touched.filter(|_| at.is_multiple_of(12) || at % 300 == 7) {
            // Every now and then a note gets another name, or is thrown away.
            Some(number) if at % 300 == 7 => {
                let text = self.notes.remove(&number).unwrap_or_default();
                let renamed = format!("mistakes/what-to-know-about-{number}.md");
                let kept = if at % 900 == 7 { "" } else { text.as_str() };
                let gone = path(number);
                let files: &[(&str, &str)] = match kept.is_empty() {
                    true => &[(&gone, "")],
                    false => &[(&gone, ""), (&renamed, kept)],
                };
                self.on_main(None, &format!("Tidy up {gone}"), files);
            }
            Some(number) => {
                let text = self.notes.get(&number).cloned().unwrap_or_default();
                let text = text.replacen("**Do:**", "**Do** (says Ann):", 1);
                self.on_main(None, &format!("Say it better in {}", path(number)), &[(&path(number), &text)]);
                self.notes.insert(number, text);
            }
            None => {
                let (file, text) =
                    (format!("docs/page-{}.md", at % 60), format!("# Page\n\nRevision {at}.\n"));
                self.on_main(None, &format!("Write about {at}"), &[(&file, &text)]);
            }
        }
    }
}

/// What marks stand for, as `--export-marks` writes it.
pub(crate) fn names(exported: &str) -> BTreeMap<usize, String> {
    let line = |line: &str| {
        let (mark, name) = line.strip_prefix(':')?.split_once(' ')?;
        Some((mark.parse().ok()?, name.to_owned()))
    };
    exported.lines().filter_map(line).collect()
}

fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

fn session(number: usize) -> String {
    blake3::hash(&number.to_le_bytes()).to_hex()[..16].to_owned()
}

fn pattern(number: usize) -> String {
    blake3::hash(format!("pattern {number}").as_bytes()).to_hex()[..16].to_owned()
}

fn kind(number: usize) -> &'static str {
    match number % 10 {
        0 => "playbook",
        1 | 2 => "preference",
        _ => "mistake",
    }
}

fn path(number: usize) -> String {
    match kind(number) {
        "playbook" => format!("playbooks/{}/SKILL.md", slug(number)),
        kind => format!("{kind}s/{}.md", slug(number)),
    }
}

fn slug(number: usize) -> String {
    format!("tool-{}-fails-with-error-{number}", number % 300)
}

fn title(number: usize) -> String {
    format!("`tool-{} push` fails: `error {number}: the lease is stale`", number % 300)
}

/// Words that no other note has.
fn words(number: usize, count: usize) -> String {
    let word = |at: usize| blake3::hash(format!("{number} {at}").as_bytes()).to_hex()[..7].to_owned();
    (0..count).map(word).collect::<Vec<_>>().join(" ")
}

fn evidence(number: usize, sessions: usize) -> impl Iterator<Item = String> {
    (0..5).map(move |at| format!("{}#{}", session((number * 31 + at * 7) % sessions.max(1)), 5 + at))
}

fn note_text(number: usize, at: usize, sessions: usize) -> String {
    let (name, title) = (slug(number), title(number));
    let front = match kind(number) {
        "playbook" => format!(
            "name: {name}\ndescription: \"{title}\"\nmetadata:\n  kind: playbook\n  scope: team\n  status: active\n  since: \"2026-01-01\"\n"
        ),
        kind => format!(
            "name: {name}\ndescription: \"{title}\"\nkind: {kind}\nscope: team\nstatus: active\nsince: \"2026-01-01\"\napplies_to: [tool-{} push]\n",
            number % 300
        ),
    };
    let mut text = format!(
        "---\n{front}---\n\n# {title}\n\n**When:** you are about to use `tool-{0} push`, or it has just failed like this.\n\n**Do:**\n\n- Run `tool-{0} sync --wave {at}` first.\n- Look at `conf/{name}.toml` when that is not enough: {1}.\n- {2}.\n\n## Evidence\n\n",
        number % 300,
        words(number, 9),
        words(number + 1_000_000, 12),
    );
    for source in evidence(number, sessions) {
        let _ =
            writeln!(text, "- `error {number}: the lease is stale` [source: {source}; added: 2026-01-01]");
    }
    text
}

fn message(cycle: &str, change: &str, number: usize, sessions: usize) -> String {
    let (kind, title) = (kind(number), title(number));
    let mut text = format!(
        "{kind}: {title}\n\nSeen in 12 sessions, 9 jobs, 2 agents, 3 people. It happened 14 times and cost 20 calls.\n\nEvidence:\n\n"
    );
    for source in evidence(number, sessions) {
        let _ = write!(text, "  > error {number}: the lease is stale\n    {source} (2026-01-01)\n\n");
    }
    let _ = writeln!(
        text,
        "Dream-Cycle: {cycle}\nDream-Kind: {kind}\nDream-Change: {change}\nDream-Pattern: {}\nDream-Support: 12 sessions, 9 jobs, 2 agents\nDream-Grade: corroborated\nDream-Engine: builtin/0.1.0",
        pattern(number)
    );
    for source in evidence(number, sessions) {
        let _ = writeln!(text, "Dream-Evidence: {source}");
    }
    text
}

fn index(learnings: &[Learning]) -> String {
    let line = |learning: &Learning| {
        format!("- {} [{}]({})\n", title(learning.number), slug(learning.number), path(learning.number))
    };
    format!("# Memory\n\n## Index\n\n### Mistakes\n\n{}", learnings.iter().map(line).collect::<String>())
}

fn digest(id: &str, number: usize) -> serde_json::Value {
    let quote = format!("error {number}: the lease is stale");
    serde_json::json!({
        "session": id, "source": id, "root": id, "agent": "codex", "model": "gpt-5-codex", "project": "serving",
        "contributor": "ann", "ask": format!("Push the parcel of job {number}, then say what changed"),
        "began": moment(BEGIN + number as i64 * 5_000), "ended": moment(BEGIN + number as i64 * 5_000 + 600),
        "outcome": {"score": 1.0, "by": "tests"},
        "steps": ["git status", "read *.py", "edit *.py", format!("tool-{} push", number % 300), "pytest"],
        "uses": [{"how": "opened", "event": 2, "notes": [path(number % 2_000)]}],
        "remarks": [{"event": 1, "text": quote, "sort": "wish", "lasting": false, "passing": false}],
        "counts": {"calls": 10, "failed": 1, "retries": 1, "turns": 1},
    })
}
