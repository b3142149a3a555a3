//! What commands name: scripts, targets and programs that a repository defines, their flags, files, versions.

mod own;

use super::path::path;
use super::version::version;
use super::{Names, What};
use crate::digest::shell::{self, Word, program_name};
use crate::redact::redact;

/// Something that a command names.
pub(super) struct Named {
    /// Where in the text, bytes.
    pub(super) at: usize,
    /// As it is written.
    pub(super) named: String,
    /// What it is.
    pub(super) what: What,
}

/// Longest text that is read as commands, bytes.
const MOST_TEXT: usize = 16 * 1024;

/// Flags whose value is a file to be written.
const WRITING: &[&str] =
    &["-o", "--output", "--out", "--outdir", "--out-dir", "--output-dir", "--outfile", "-O"];

/// Everything that the commands in a text name. `is_output`: the text may as well be something that was printed, so
/// that only what can be nothing but a command counts.
pub(super) fn names(text: &str, is_output: bool) -> Vec<Named> {
    if text.len() > MOST_TEXT || !text.contains(char::is_whitespace) && path(text).is_none() {
        return Vec::new();
    }
    let line = redact(text);
    let mut found = Vec::new();
    for command in shell::commands(&line) {
        let wrapping: Vec<&str> = command.wrapping().iter().map(|word| word.text.as_str()).collect();
        let words: Vec<&Word> = command.unwrapped().iter().collect();
        let Some(program) = words.first().filter(|word| word.literal) else { continue };
        let mut reading = Reading { line: &line, words: &words, found: &mut found };
        let name = program_name(&program.text);
        if wrapping.last() == Some(&"-m") {
            reading.module(program);
        } else if let Some(path) =
            path(&program.text).filter(|path| path.contains('/') || program.text.starts_with("./"))
        {
            reading.push(program, program, What::Path(path.clone()));
            reading.flags(&path, 1);
        } else {
            reading.runner(name, &wrapping);
        }
        if !is_output && !own::is_maker(name) {
            reading.operands();
        }
    }
    found
}

/// The words of one command.
struct Reading<'a> {
    line: &'a str,
    words: &'a [&'a Word],
    found: &'a mut Vec<Named>,
}

impl<'a> Reading<'a> {
    fn text(&self, at: usize) -> Option<&'a str> {
        self.words.get(at).filter(|word| word.literal).map(|word| word.text.as_str())
    }

    /// Notes what stands from one word to another.
    fn push(&mut self, from: &Word, to: &Word, what: What) {
        if let Some(named) = self.line.get(from.place.start..to.place.end) {
            self.found.push(Named { at: from.place.start, named: named.to_owned(), what });
        }
    }

    /// Notes the name at a word, written with everything from the program on.
    fn name(&mut self, at: usize, sort: Names) {
        let Some(name) = self.text(at).filter(|name| is_name(name)) else { return };
        if let (Some(first), Some(last)) = (self.words.first(), self.words.get(at)) {
            let name = name.to_owned();
            self.push(first, last, What::Name { sort, name });
        }
    }

    /// The positions of words that are no flags and no values of these flags; ends at `--`.
    fn plain(&self, from: usize, with_value: &[&str]) -> Vec<usize> {
        let mut plain = Vec::new();
        let mut at = from;
        while let Some(word) = self.words.get(at) {
            match word.text.as_str() {
                "--" => break,
                flag if with_value.contains(&flag) => at += 1,
                flag if flag.starts_with(['-', '+']) || flag.contains('=') => {}
                _ => plain.push(at),
            }
            at += 1;
        }
        plain
    }

    /// Reads the command of a program that runs what a repository defines.
    fn runner(&mut self, program: &str, wrapping: &[&str]) {
        match program {
            "npm" | "pnpm" | "yarn" | "bun" => self.node(program),
            "make" | "gmake" => {
                for at in self.plain(1, &["-C", "-f", "-o", "-W", "-I", "--directory", "--file"]) {
                    self.name(at, Names::MakeTarget);
                }
            }
            "just" => {
                let plain =
                    self.plain(1, &["-f", "--justfile", "-d", "--working-directory", "--set", "--shell"]);
                if let Some(at) =
                    plain.first().filter(|at| !self.text(**at).is_some_and(|name| name.contains(':')))
                {
                    self.name(*at, Names::JustRecipe);
                }
            }
            "task" | "go-task" => {
                for at in self.plain(1, &["-d", "-t", "--dir", "--taskfile", "-o", "-C"]) {
                    self.name(at, Names::Task);
                }
            }
            "poe" => self.first(1, Names::PoeTask),
            "deno" if self.text(1) == Some("task") => self.first(2, Names::DenoTask),
            "composer" => match self.text(1) {
                Some("run" | "run-script") => self.first(2, Names::ComposerScript),
                Some(name) if !own::is_of_composer(name) => self.name(1, Names::ComposerScript),
                _ => {}
            },
            "cargo" => self.cargo(),
            _ => {
                if matches!(wrapping.first(), Some(&("uv" | "poetry" | "pdm" | "rye" | "pipenv"))) {
                    self.name(0, Names::PythonScript);
                }
                if is_interpreter(program) {
                    if let Some(at) = self.plain(1, &[]).first().copied()
                        && let Some(path) = self.text(at).and_then(path)
                        && let Some(word) = self.words.get(at)
                    {
                        self.push(word, word, What::Path(path.clone()));
                        self.flags(&path, at + 1);
                    }
                } else if is_name(program) {
                    self.flags(program, 1);
                }
            }
        }
    }

    fn first(&mut self, from: usize, sort: Names) {
        if let Some(at) = self.plain(from, &[]).first() {
            self.name(*at, sort);
        }
    }

    fn node(&mut self, program: &str) {
        let valued =
            ["--prefix", "--filter", "-F", "-C", "--cwd", "--dir", "-w", "--workspace", "--loglevel"];
        let plain = self.plain(1, &valued);
        let plain = plain.as_slice();
        let word = |at: Option<&usize>| at.and_then(|at| self.text(*at));
        let (at, sort) = match (word(plain.first()), plain) {
            (Some("run" | "run-script"), [_, at, ..]) => (*at, Names::NodeScript),
            (Some("workspace"), [_, _, run, at, ..]) if word(Some(run)) == Some("run") => {
                (*at, Names::NodeScript)
            }
            (Some("test"), [at, ..]) if program != "bun" => (*at, Names::NodeScript),
            (Some("build"), [at, ..]) if program != "bun" && program != "npm" => {
                (*at, Names::NodeScriptOrProgram)
            }
            (Some(name), [at, ..]) if program != "npm" && !own::is_of_node(name) => {
                (*at, Names::NodeScriptOrProgram)
            }
            _ => return,
        };
        // `bun run build.ts` runs a file.
        if self.text(at).is_some_and(|name| path(name).is_none()) {
            self.name(at, sort);
        }
    }

    fn cargo(&mut self) {
        let at = 1 + usize::from(self.text(1).is_some_and(|word| word.starts_with('+')));
        if let Some(name) = self.text(at).filter(|name| !own::is_of_cargo(name) && !name.starts_with('-')) {
            self.name(at, Names::CargoAlias);
            self.flags(name, at + 1);
        }
        let mut binary: Option<String> = None;
        for flag in at..self.words.len() {
            let sort = match self.text(flag).unwrap_or_default() {
                "-p" | "--package" => Names::CargoPackage,
                "--bin" => Names::CargoBinary,
                "--test" => Names::CargoTest,
                "--bench" => Names::CargoBench,
                "--example" => Names::CargoExample,
                "--features" | "-F" => Names::CargoFeature,
                "--" => {
                    if let Some(binary) = &binary {
                        self.flags(binary, flag + 1);
                    }
                    break;
                }
                _ => continue,
            };
            if sort == Names::CargoBinary {
                binary = self.text(flag + 1).map(str::to_owned);
            }
            self.name(flag + 1, sort);
        }
    }

    /// `python -m app.main --flag`
    fn module(&mut self, module: &Word) {
        let name = module.text.as_str();
        if module.literal && name.split('.').all(is_name) {
            let path = name.replace('.', "/");
            self.push(module, module, What::Module(path));
        }
    }

    /// The long flags from this word on.
    fn flags(&mut self, program: &str, from: usize) {
        let words = self.words;
        let Some(first) = words.first() else { return };
        for word in words.get(from..).unwrap_or_default() {
            if word.text.as_str() == "--" {
                break;
            }
            let flag = word.text.split_once('=').map_or(word.text.as_str(), |(flag, _)| flag);
            let name = flag.strip_prefix("--").unwrap_or_default();
            // Every program has these.
            let is_common = matches!(name, "help" | "version" | "verbose" | "quiet");
            if name.len() >= 3 && is_name(name) && !is_common {
                let what = What::Flag { program: program.to_owned(), flag: flag.to_owned() };
                let written = format!("{} {flag}", first.text.as_str());
                self.found.push(Named { at: word.place.start, named: written, what });
            }
        }
    }

    /// Files and versions among the words after the program.
    fn operands(&mut self) {
        let mut writes = false;
        for word in self.words.iter().skip(1) {
            let text = word.text.as_str();
            let value = text.strip_prefix("--").and_then(|flag| flag.split_once('='));
            let is_written = std::mem::replace(&mut writes, WRITING.contains(&text))
                || value.is_some_and(|(flag, _)| WRITING.contains(&format!("--{flag}").as_str()));
            if !word.literal || is_written {
                continue;
            }
            let text = value.map_or(text, |(_, value)| value);
            if text.contains("==") || text.get(1..).is_some_and(|rest| rest.contains('@')) {
                if let Some((package, version)) = version(text) {
                    self.push(word, word, What::Version { package, version });
                }
            } else if let Some(path) = path(text).filter(|path| path.contains('/')) {
                self.push(word, word, What::Path(path));
            }
        }
    }
}

/// Whether this can be the name of a script, target or program.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.len() <= 80
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.:/+".contains(&b))
}

/// Programs that run the file they are given.
fn is_interpreter(program: &str) -> bool {
    let names = [
        "bash", "sh", "zsh", "node", "ruby", "perl", "php", "tsx", "ts-node", "pwsh", "lua", "Rscript",
        "julia",
    ];
    names.contains(&program) || program.starts_with("python")
}
