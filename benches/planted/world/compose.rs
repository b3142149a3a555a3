//! Composes one session: the ask, the agent's habits, the workflow's steps where there is one, and
//! everything else strewn between them.

use super::{Extra, Job, Plan};
use crate::random::Random;
use crate::script::{Answer, Beat, Call, Layout, Script};
use crate::secrets::{self, Secret};
use crate::truth::PlantedSecret;
use crate::vocabulary::{Filling, Mistake, Step, Vocabulary};
use std::collections::BTreeMap;

/// Composes sessions, and remembers the secrets that went into them.
pub(crate) struct Composer<'a> {
    vocabulary: &'a Vocabulary,
    bound: &'a BTreeMap<String, String>,
    jobs: &'a [Job],
    pub random: Random,
    pub secrets: Vec<PlantedSecret>,
    /// Counts secrets, so that every kind gets its turn.
    turn: usize,
}

impl<'a> Composer<'a> {
    /// A composer for one world.
    pub(crate) fn new(
        vocabulary: &'a Vocabulary,
        bound: &'a BTreeMap<String, String>,
        jobs: &'a [Job],
        random: Random,
    ) -> Composer<'a> {
        Composer { vocabulary, bound, jobs, random, secrets: Vec::new(), turn: 0 }
    }

    /// The whole session.
    pub(crate) fn script(&mut self, plan: &Plan) -> Script {
        let job = &self.jobs[plan.job];
        let project = &self.vocabulary.projects[job.project];
        let person = &self.vocabulary.people[plan.person];
        let (models, versions): (&[&str], &[&str]) = match plan.layout {
            Layout::ClaudeCode => (
                &["claude-sonnet-4-20250514", "claude-opus-4-1-20250805", "claude-sonnet-4-5-20250929"],
                &["1.0.98", "2.0.28", "2.0.61"],
            ),
            Layout::Codex => {
                (&["gpt-5-codex", "gpt-5.1-codex-max", "gpt-5.2"], &["0.46.0", "0.64.0", "0.77.0"])
            }
        };
        let mut script = Script {
            layout: plan.layout,
            uuid: self.random.uuid(),
            folder: format!("{}/{person}/{}", self.vocabulary.homes, project.folder),
            branch: (*self.random.pick(&["main", "main", "develop", "wip"])).to_owned(),
            model: (*self.random.pick(models)).to_owned(),
            version: (*self.random.pick(versions)).to_owned(),
            start: plan.start,
            lines: self.random.next(),
            beats: Vec::new(),
            children: Vec::new(),
            forked_from: None,
            agents_file: self.fill(&self.vocabulary.agents_file.wordings.join("\n")),
        };
        let mut spine = match plan.workflow {
            Some(workflow) => self.workflow(workflow, plan.broken_off, &script.folder),
            None => Vec::new(),
        };
        let edit = self.edit_and_test(job);
        let place = self.random.below(spine.len() + 1);
        spine.insert(place, edit);
        for stretch in self.extras(plan, &script.folder) {
            let place = self.random.below(spine.len() + 1);
            spine.insert(place, stretch);
        }
        script.beats = self.opening(plan, job);
        script.beats.extend(spine.into_iter().flatten());
        script.beats.extend(self.closing(plan));
        script
    }

    /// Fills a template on its own.
    pub(crate) fn fill(&mut self, template: &str) -> String {
        Filling::new(&self.vocabulary.slots, self.bound).fill(template, &mut self.random)
    }

    fn chatter(&mut self) -> Beat {
        let line = self.random.pick(&self.vocabulary.chatter).clone();
        let line = self.fill(&line);
        if self.random.chance(0.25) { Beat::Think(line) } else { Beat::Say(line) }
    }

    /// The ask, and what agents do first whatever the job is.
    fn opening(&mut self, plan: &Plan, job: &Job) -> Vec<Beat> {
        let project = &self.vocabulary.projects[job.project];
        let mut ask = self.random.pick(&job.wordings).clone();
        if let Some(detail) = job.detail.as_ref().filter(|_| self.random.chance(0.8)) {
            ask = format!("{ask} {detail}");
        }
        let mut beats = vec![Beat::Person(ask), self.chatter()];
        if plan.layout == Layout::Codex {
            let status = Answer::ok(if self.random.chance(0.5) { "" } else { " M README.md" });
            beats.push(Beat::Call(Call::Shell("git status --short".to_owned()), status));
            beats.push(Beat::Call(
                Call::Shell("rg --files | head -50".to_owned()),
                Answer::ok(project.files.join("\n")),
            ));
        }
        let word = self.fill("{symbol}");
        if self.random.chance(0.35) {
            // Looking for something that is not there is no mistake.
            let folder = self.random.pick(&["src", "lib", "."]).to_owned();
            let search = Call::Shell(format!("grep -rn \"{word}\" {folder}"));
            beats.push(Beat::Call(search, Answer { text: String::new(), exit: 1 }));
        } else {
            let file = self.random.pick(&project.files).clone();
            let found = if self.random.chance(0.8) {
                format!("{file}:{}:{word}", self.random.between(2, 300))
            } else {
                String::new()
            };
            beats.push(Beat::Call(Call::Search(word), Answer::ok(found)));
        }
        for _ in 0..self.random.between(1, 3) {
            let file = self.random.pick(&project.files).clone();
            beats.push(Beat::Call(Call::Read(file), Answer::ok("")));
        }
        beats
    }

    /// The habit at the heart of every session; the test often fails before the fix, which is no mistake.
    fn edit_and_test(&mut self, job: &Job) -> Vec<Beat> {
        let project = &self.vocabulary.projects[job.project];
        let mut beats = Vec::new();
        let mut filling = Filling::new(&self.vocabulary.slots, self.bound);
        let file = self.random.pick(&project.files).clone();
        let test = Call::Shell(filling.fill(&project.test, &mut self.random));
        let fails_first = self.random.chance(0.4);
        for attempt in 0..=usize::from(fails_first) {
            let old = format!("const limit = {}", self.random.between(10, 99));
            let new = format!("const limit = {}", self.random.between(100, 999));
            beats.push(self.chatter());
            beats.push(Beat::Call(Call::Edit(file.clone(), old, new), Answer::ok("")));
            let failing = fails_first && attempt == 0;
            let (template, exit) = if failing { (&project.fail, 1) } else { (&project.pass, 0) };
            let text = filling.fill(template, &mut self.random);
            beats.push(Beat::Call(test.clone(), Answer { text, exit }));
        }
        beats
    }

    /// The workflow's steps, one stretch each.
    fn workflow(&mut self, index: usize, broken_off: bool, folder: &str) -> Vec<Vec<Beat>> {
        let workflow = &self.vocabulary.workflows[index];
        let mut filling = Filling::new(&self.vocabulary.slots, self.bound);
        let last = if broken_off { workflow.steps.len() / 2 } else { workflow.steps.len() };
        let mut stretches = Vec::new();
        for step in &workflow.steps[..last] {
            if step.optional.is_some_and(|share| !self.random.chance(share)) {
                continue;
            }
            let mut stretch = Vec::new();
            if self.random.chance(0.3) {
                stretch.push(self.chatter());
            }
            stretch.push(self.step(step, &mut filling, folder));
            stretches.push(stretch);
            if self.random.chance(0.35) {
                stretches.push(self.noise(folder));
            }
        }
        if broken_off {
            stretches.push(vec![Beat::Interrupt]);
        }
        stretches
    }

    fn noise(&mut self, folder: &str) -> Vec<Beat> {
        let step = self.random.pick(&self.vocabulary.noise);
        let mut filling = Filling::new(&self.vocabulary.slots, self.bound);
        vec![self.step(step, &mut filling, folder)]
    }

    fn step(&mut self, step: &Step, filling: &mut Filling<'_>, folder: &str) -> Beat {
        let call = self.call(step, filling, folder, "");
        let text = filling.fill(&step.ok, &mut self.random);
        Beat::Call(call, Answer::ok(text))
    }

    fn call(&mut self, step: &Step, filling: &mut Filling<'_>, folder: &str, before: &str) -> Call {
        let filled = filling.fill(&step.call, &mut self.random);
        match &step.tool {
            Some(tool) => Call::Named(filling.fill(tool, &mut self.random), filled),
            None if self.random.chance(0.12) => Call::Shell(format!("cd {folder} && {before}{filled}")),
            None => Call::Shell(format!("{before}{filled}")),
        }
    }

    fn extras(&mut self, plan: &Plan, folder: &str) -> Vec<Vec<Beat>> {
        let mut stretches = Vec::new();
        let mut secret_in_mistake = plan.extras.iter().any(|extra| matches!(extra, Extra::SecretInMistake));
        for extra in &plan.extras {
            let stretch = match extra {
                Extra::Mistake { index, one_off, solved } => {
                    let from = if *one_off { &self.vocabulary.one_offs } else { &self.vocabulary.mistakes };
                    let with_secret = std::mem::take(&mut secret_in_mistake);
                    self.mistake(&from[*index], *solved, with_secret, folder)
                }
                Extra::RightAway(index) => self.right_away(&self.vocabulary.mistakes[*index], folder),
                Extra::Wish(text) => self.wish(text),
                Extra::AgentWish(text) => vec![Beat::Say(self.fill(text))],
                Extra::Poison(index) => self.poison(*index, folder),
                Extra::SecretShown => {
                    let (command, output, secret) = secrets::shown_by_a_command(self.turn, &mut self.random);
                    self.keep(secret);
                    vec![Beat::Call(Call::Shell(command), Answer::ok(output))]
                }
                Extra::SecretTyped => {
                    let (command, secret) = secrets::typed_into_a_command(self.turn, &mut self.random);
                    self.keep(secret);
                    vec![Beat::Call(Call::Shell(command), Answer::ok("ok"))]
                }
                Extra::SecretPasted => {
                    let (text, secret) = secrets::pasted_by_a_person(self.turn, &mut self.random);
                    self.keep(secret);
                    vec![Beat::Person(text)]
                }
                Extra::SecretInMistake => continue,
            };
            stretches.push(stretch);
        }
        for _ in 0..self.random.between(0, 3) {
            stretches.push(self.noise(folder));
        }
        stretches
    }

    fn keep(&mut self, secret: Secret) {
        self.turn += 1;
        self.secrets.push(PlantedSecret { kind: secret.kind.to_owned(), cores: secret.cores });
    }

    /// The failing call, perhaps again, and what the agent does then.
    pub(crate) fn mistake(
        &mut self,
        mistake: &Mistake,
        solved: bool,
        with_secret: bool,
        folder: &str,
    ) -> Vec<Beat> {
        let mut filling = Filling::new(&self.vocabulary.slots, self.bound);
        let mut before = String::new();
        let mut error_tail = String::new();
        if with_secret && self.random.chance(0.5) && mistake.fails.tool.is_none() {
            let (text, secret) = secrets::before_a_command(self.turn, &mut self.random);
            before = text;
            self.keep(secret);
        } else if with_secret {
            let (text, secret) = secrets::line_of_an_error(self.turn, &mut self.random);
            error_tail = format!("\n{text}");
            self.keep(secret);
        }
        let mut beats = Vec::new();
        let times = if self.random.chance(0.2) { 2 } else { 1 };
        for _ in 0..times {
            let call = self.call(&mistake.fails, &mut filling, folder, &before);
            let text = filling.fill(&mistake.error, &mut self.random) + &error_tail;
            beats.push(Beat::Call(call, Answer { text, exit: mistake.exit }));
        }
        if self.random.chance(0.5) {
            beats.push(self.chatter());
        }
        if let Some(tried) = &mistake.tried {
            // Tried in vain: the step itself works, the call still fails.
            if self.random.chance(0.6) {
                beats.push(self.step(tried, &mut filling, folder));
                let call = self.call(&mistake.fails, &mut filling, folder, "");
                let text = filling.fill(&mistake.error, &mut self.random);
                beats.push(Beat::Call(call, Answer { text, exit: mistake.exit }));
            }
        }
        if !solved {
            beats.push(Beat::Say("I could not get this to work; leaving it as it is for now.".to_owned()));
            return beats;
        }
        if let Some(first) = &mistake.first {
            beats.push(self.step(first, &mut filling, folder));
            beats.push(self.step(&mistake.fails, &mut filling, folder));
        } else if let Some(instead) = &mistake.instead {
            beats.push(self.step(instead, &mut filling, folder));
        }
        beats
    }

    /// What a sub-agent does: a little noise and the mistake.
    pub(crate) fn delegated(&mut self, mistake: usize, folder: &str) -> Vec<Beat> {
        let mut beats = self.noise(folder);
        beats.extend(self.mistake(&self.vocabulary.mistakes[mistake], true, false, folder));
        beats.push(Beat::Say("That is all I found.".to_owned()));
        beats
    }

    fn right_away(&mut self, mistake: &Mistake, folder: &str) -> Vec<Beat> {
        let mut filling = Filling::new(&self.vocabulary.slots, self.bound);
        match (&mistake.first, &mistake.instead) {
            (Some(first), _) => {
                vec![self.step(first, &mut filling, folder), self.step(&mistake.fails, &mut filling, folder)]
            }
            (None, Some(instead)) => vec![self.step(instead, &mut filling, folder)],
            (None, None) => Vec::new(),
        }
    }

    fn wish(&mut self, text: &str) -> Vec<Beat> {
        let mut said = self.fill(text);
        if self.random.chance(0.08) {
            let (paste, secret) = secrets::pasted_by_a_person(self.turn, &mut self.random);
            said = format!("{said}\n{paste}");
            self.keep(secret);
        }
        vec![Beat::Person(said), self.chatter()]
    }

    fn poison(&mut self, index: usize, folder: &str) -> Vec<Beat> {
        let poison = &self.vocabulary.poisons[index];
        let mut filling = Filling::new(&self.vocabulary.slots, self.bound);
        let text = filling.fill(&poison.text, &mut self.random);
        let answer = Answer { text: text.clone(), exit: i32::from(poison.fails) };
        match poison.carrier.tool.as_deref() {
            Some("person") => vec![Beat::Person(text)],
            Some("web") => {
                let url = filling.fill(&poison.carrier.call, &mut self.random);
                vec![Beat::Call(Call::Web(url), answer)]
            }
            _ => {
                let call = self.call(&poison.carrier, &mut filling, folder, "");
                vec![Beat::Call(call, answer)]
            }
        }
    }

    fn closing(&mut self, plan: &Plan) -> Vec<Beat> {
        let mut beats = Vec::new();
        if self.random.chance(0.9) {
            let changed = format!(" 2 files changed, {} insertions(+)", self.random.between(2, 80));
            beats.push(Beat::Call(Call::Shell("git diff --stat".to_owned()), Answer::ok(changed)));
        }
        if !plan.broken_off {
            beats.push(Beat::Say("Done. Everything that was asked for is in place.".to_owned()));
        }
        if !plan.broken_off && self.random.chance(0.3) {
            let thanks =
                *self.random.pick(&["thanks", "great, thank you", "looks good", "perfect, merging", "ok"]);
            beats.push(Beat::Person(thanks.to_owned()));
        }
        beats
    }
}
