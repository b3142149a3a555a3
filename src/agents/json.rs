//! Settings in JSON, with comments and trailing commas where people wrote some.
//!
//! Owns where in the text a member or an element goes, in the indentation and with the line ends that are used around
//! it. Refuses to add to what is not an object or a list where one has to be.

use super::Faulty;
use super::call::Called;
use super::edit::{Insertion, newline};
use super::entry;
use super::tree::{Members, Tree};
use jsonc_parser::ast;
use jsonc_parser::common::Range;
use jsonc_parser::cst::{CstArray, CstContainerNode, CstNode, CstRootNode};
use jsonc_parser::errors::ParseError;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::Value;

/// Comments and trailing commas are taken, as editors take them; anything else that is no JSON is a mistake.
const GRAMMAR: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// What the settings say; an empty object where nothing is said.
pub(super) fn read(text: &str) -> Result<Value, Faulty> {
    Ok(parse(text)?.map_or_else(|| Value::Object(serde_json::Map::new()), |root| value(&root)))
}

/// What to put in so that the settings hold these members. Objects are added to member by member, lists at their end;
/// anything else that is there already is left as it is.
pub(super) fn insertions(text: &str, wanted: &Members) -> Result<Vec<Insertion>, Faulty> {
    let page = Page { text, newline: newline(text), unit: unit(text) };
    let mut insertions = Vec::new();
    match parse(text)? {
        None => {
            let object = Tree::Object(wanted.clone()).json(Some(&page.unit), "", page.newline);
            let separate = if text.is_empty() || text.ends_with('\n') { "" } else { page.newline };
            insertions.push(Insertion::new(text.len(), format!("{separate}{object}{}", page.newline)));
        }
        Some(ast::Value::Object(root)) => page.add_members(&root, wanted, &mut insertions)?,
        Some(other) => return Err(page.faulty(range(&other), "is no object of settings")),
    }
    Ok(insertions)
}

/// The settings without the entries that are ours, and without what was left empty by that.
pub(super) fn without_ours(text: &str) -> Result<String, Faulty> {
    let root = CstRootNode::parse(text, &GRAMMAR).map_err(|error| unparsable(&error))?;
    let Some(settings) = root.object_value() else { return Ok(text.to_owned()) };
    let mut is_hooked = false;
    if let Some(hooks) = settings.object_value("hooks") {
        for event in hooks.properties() {
            let Some(groups) = event.array_value() else { continue };
            if remove_hooks(&groups) {
                is_hooked = true;
                if groups.elements().is_empty() {
                    event.remove();
                }
            }
        }
        if is_hooked && hooks.properties().is_empty() {
            hooks.parent().into_iter().for_each(CstContainerNode::remove);
        }
    }
    for place in entry::SERVERS {
        let Some(servers) = settings.object_value(place) else { continue };
        let Some(server) = servers.get(entry::SERVER) else { continue };
        if server.value().is_some_and(|value| says(&value, entry::server)) {
            server.remove();
            if servers.properties().is_empty() {
                servers.parent().into_iter().for_each(CstContainerNode::remove);
            }
        }
    }
    Ok(root.to_string())
}

/// Takes our hooks out of an event's list, and the groups that held nothing else; whether there were any.
fn remove_hooks(groups: &CstArray) -> bool {
    let mut is_any = false;
    for group in groups.elements() {
        let handlers = group.as_object().and_then(|group| group.array_value("hooks"));
        let inside = handlers.map_or_else(|| vec![group.clone()], |handlers| handlers.elements());
        let of_all = inside.len();
        let ours: Vec<CstNode> = inside.into_iter().filter(|handler| says(handler, entry::hook)).collect();
        is_any |= !ours.is_empty();
        if ours.len() == of_all && of_all > 0 {
            group.remove();
        } else {
            ours.into_iter().for_each(CstNode::remove);
        }
    }
    is_any
}

/// Whether a part of the settings calls git-dream.
fn says(node: &CstNode, calls: impl Fn(&Value) -> Option<Called>) -> bool {
    read(&node.to_string()).is_ok_and(|value| calls(&value).is_some())
}

fn parse(text: &str) -> Result<Option<ast::Value<'_>>, Faulty> {
    match parse_to_ast(text, &CollectOptions::default(), &GRAMMAR) {
        Ok(parsed) => Ok(parsed.value),
        Err(error) => Err(unparsable(&error)),
    }
}

fn unparsable(error: &ParseError) -> Faulty {
    Faulty { line: Some(error.line_display()), why: error.kind().to_string() }
}

/// The same as a value of serde's. A number that is none there stays a text; no entry of ours has one.
fn value(node: &ast::Value) -> Value {
    match node {
        ast::Value::StringLit(text) => Value::String(text.value.clone().into_owned()),
        ast::Value::NumberLit(number) => {
            serde_json::from_str(number.value).unwrap_or_else(|_| Value::String(number.value.to_owned()))
        }
        ast::Value::BooleanLit(flag) => Value::Bool(flag.value),
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::Object(object) => {
            let member = |prop: &ast::ObjectProp| (prop.name.as_str().to_owned(), value(&prop.value));
            Value::Object(object.properties.iter().map(member).collect())
        }
        ast::Value::Array(list) => Value::Array(list.elements.iter().map(value).collect()),
    }
}

/// How much a level is set in by: as the first member of the settings is.
fn unit(text: &str) -> String {
    let inside = text.split_once('{').and_then(|(_, inside)| inside.split_once('\n')).map(|(_, lines)| lines);
    let first = inside.and_then(|lines| lines.lines().find(|line| line.trim_start().starts_with('"')));
    let indent = first.map(|line| &line[..line.len() - line.trim_start().len()]);
    indent.filter(|indent| !indent.is_empty()).unwrap_or("  ").to_owned()
}

/// A text with what is usual in it.
struct Page<'a> {
    text: &'a str,
    newline: &'static str,
    unit: String,
}

impl Page<'_> {
    fn add_members(
        &self,
        object: &ast::Object,
        wanted: &Members,
        insertions: &mut Vec<Insertion>,
    ) -> Result<(), Faulty> {
        let mut missing = Vec::new();
        for (key, tree) in wanted {
            let mut same = object.properties.iter().filter(|prop| prop.name.as_str() == *key);
            let (there, twice) = (same.next(), same.next());
            if let Some(twice) = twice {
                return Err(self.faulty(twice.range, &format!("has {key:?} a second time")));
            }
            match (there.map(|prop| &prop.value), tree) {
                (None, _) => missing.push((Some(*key), tree)),
                (Some(ast::Value::Object(object)), Tree::Object(members)) => {
                    self.add_members(object, members, insertions)?;
                }
                (Some(ast::Value::Array(list)), Tree::List(items)) => {
                    let items: Vec<_> = items.iter().map(|item| (None, item)).collect();
                    let ends = list.elements.iter().map(range).collect::<Vec<_>>();
                    self.add(list.range, &ends, &items, insertions);
                }
                (Some(other), Tree::Object(_)) => {
                    return Err(
                        self.faulty(range(other), &format!("has something else than an object as {key:?}"))
                    );
                }
                (Some(other), Tree::List(_)) => {
                    return Err(
                        self.faulty(range(other), &format!("has something else than a list as {key:?}"))
                    );
                }
                (Some(_), _) => {}
            }
        }
        let ends = object.properties.iter().map(|prop| prop.range).collect::<Vec<_>>();
        self.add(object.range, &ends, &missing, insertions);
        Ok(())
    }

    /// Adds items, those of an object with a key, at the end of what stands between two brackets.
    fn add(
        &self,
        around: Range,
        there: &[Range],
        items: &[(Option<&str>, &Tree)],
        insertions: &mut Vec<Insertion>,
    ) {
        if items.is_empty() {
            return;
        }
        let close = around.end.saturating_sub(1);
        let between = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        let is_one_line = |from: usize, to: usize| !between(from, to).contains('\n');
        let (mut indent, mut unit) = (self.indent(around.start) + &self.unit, Some(self.unit.as_str()));
        if let Some(first) = there.first() {
            if is_one_line(around.start, first.start) {
                unit = None;
            } else {
                indent = self.indent(first.start);
            }
        }
        let newline = match unit {
            Some(_) => format!("{}{indent}", self.newline),
            None => String::new(),
        };
        let item = |(key, tree): &(Option<&str>, &Tree)| match key {
            Some(key) => {
                format!("{}: {}", Tree::from(*key).json(None, "", ""), tree.json(unit, &indent, self.newline))
            }
            None => tree.json(unit, &indent, self.newline),
        };
        let items: Vec<String> = items.iter().map(item).collect();
        let Some(last) = there.last() else {
            let at = self.past_comments(around.start + 1, close, false);
            let ending = match is_one_line(at, close) {
                true => format!("{}{}", self.newline, self.indent(around.start)),
                false => String::new(),
            };
            insertions
                .push(Insertion::new(at, newline.clone() + &items.join(&format!(",{newline}")) + &ending));
            return;
        };
        let text = items.join(&if unit.is_some() { format!(",{newline}") } else { ", ".to_owned() });
        match (self.comma(last.end, close), unit) {
            (Some(comma), Some(_)) => {
                let at = self.past_comments(comma, close, true);
                insertions.push(Insertion::new(at, format!("{newline}{text},")));
            }
            (Some(comma), None) => insertions.push(Insertion::new(comma, format!(" {text},"))),
            (None, Some(_)) => {
                insertions.push(Insertion::new(last.end, ","));
                let at = self.past_comments(last.end, close, true);
                insertions.push(Insertion::new(at, format!("{newline}{text}")));
            }
            (None, None) => insertions.push(Insertion::new(last.end, format!(", {text}"))),
        }
    }

    /// The white space at the beginning of the line that this byte is in.
    fn indent(&self, at: usize) -> String {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
    }

    /// The end of the comma that follows a value, if one does.
    fn comma(&self, from: usize, to: usize) -> Option<usize> {
        let pieces = pieces(self.text.get(from..to)?);
        pieces.into_iter().find(|(sort, _)| *sort == Sort::Comma).map(|(_, end)| from + end)
    }

    /// The end of the last comment from here on: in the same line, or at all.
    fn past_comments(&self, from: usize, to: usize, is_same_line: bool) -> usize {
        let pieces = pieces(self.text.get(from..to).unwrap_or_default());
        let near = pieces.into_iter().take_while(|(sort, _)| !is_same_line || *sort != Sort::LineEnd);
        near.filter(|(sort, _)| *sort == Sort::Comment).last().map_or(from, |(_, end)| from + end)
    }

    fn faulty(&self, at: Range, why: &str) -> Faulty {
        let before = self.text.get(..at.start).unwrap_or_default();
        Faulty { line: Some(before.matches('\n').count() + 1), why: why.to_owned() }
    }
}

/// What can stand between values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Comma,
    Comment,
    LineEnd,
}

/// Commas, comments and line ends between two values, each with where it ends.
fn pieces(text: &str) -> Vec<(Sort, usize)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (sort, length) = match rest.as_bytes() {
            [b'/', b'/', ..] => (Some(Sort::Comment), rest.find(['\r', '\n']).unwrap_or(rest.len())),
            [b'/', b'*', ..] => (Some(Sort::Comment), rest.find("*/").map_or(rest.len(), |end| end + 2)),
            [b',', ..] => (Some(Sort::Comma), 1),
            [b'\n', ..] => (Some(Sort::LineEnd), 1),
            _ => (None, rest.chars().next().map_or(1, char::len_utf8)),
        };
        at += length;
        pieces.extend(sort.map(|sort| (sort, at)));
    }
    pieces
}

fn range(node: &ast::Value) -> Range {
    match node {
        ast::Value::StringLit(node) => node.range,
        ast::Value::NumberLit(node) => node.range,
        ast::Value::BooleanLit(node) => node.range,
        ast::Value::Object(node) => node.range,
        ast::Value::Array(node) => node.range,
        ast::Value::NullKeyword(node) => node.range,
    }
}

#[cfg(test)]
mod tests {
    use super::super::edit::{with, without};
    use super::*;
    use proptest::prelude::*;

    fn wanted() -> Members {
        let handler = Tree::Object(vec![("type", "command".into()), ("command", "git dream hook X".into())]);
        let group = Tree::Object(vec![("hooks", Tree::List(vec![handler]))]);
        let server = Tree::Object(vec![
            ("command", "git".into()),
            ("args", vec!["dream".to_owned(), "mcp".to_owned()].into()),
        ]);
        vec![
            ("hooks", Tree::Object(vec![("X", Tree::List(vec![group]))])),
            ("mcpServers", Tree::Object(vec![("git-dream", server)])),
        ]
    }

    #[track_caller]
    fn added(text: &str) -> String {
        let (after, spans) = with(text, insertions(text, &wanted()).unwrap());
        assert_eq!(without(&after, &spans).as_deref(), Some(text));
        assert_eq!(entry::ours(&read(&after).unwrap()).len(), 2, "{after}");
        after
    }

    #[test]
    fn what_is_added_looks_like_what_is_there() {
        let after = added("{\n\t\"a\": 1, // one\n\t\"hooks\": { \"X\": [] } // last\n\t// end\n}\n");
        assert_eq!(
            after,
            "{\n\t\"a\": 1, // one\n\t\"hooks\": { \"X\": [\n\t\t{\n\t\t\t\"hooks\": [\n\t\t\t\t{\n\t\t\t\t\t\"type\": \"command\",\n\
             \t\t\t\t\t\"command\": \"git dream hook X\"\n\t\t\t\t}\n\t\t\t]\n\t\t}\n\t] }, // last\n\t\"mcpServers\": {\n\
             \t\t\"git-dream\": {\n\t\t\t\"command\": \"git\",\n\t\t\t\"args\": [\n\t\t\t\t\"dream\",\n\t\t\t\t\"mcp\"\n\t\t\t]\n\
             \t\t}\n\t}\n\t// end\n}\n"
        );
        assert!(added("{\"a\":[1,2],}").starts_with("{\"a\":[1,2], \"hooks\": {\"X\":[{"));
        assert!(added("{\r\n  \"a\": 1,\r\n}\r\n").ends_with("\r\n  },\r\n}\r\n"));
        assert!(added("// mine\n").starts_with("// mine\n{\n  \"hooks\""));
        for text in [
            "",
            "{}",
            "{ }\n",
            "{\n}",
            "{ /* none */ }",
            "{ // none\n}",
            "{\"hooks\": {}, \"mcpServers\": {\n}}",
        ] {
            let after = added(text);
            let left = without_ours(&after).unwrap();
            assert_eq!(read(&left).unwrap(), serde_json::json!({}), "{left}");
        }
    }

    #[test]
    fn what_others_wrote_is_left_when_ours_is_taken_out() {
        let text = r#"{
  // mine
  "hooks": {
    "Y": [ { "hooks": [ { "type": "command", "command": "lint" }, { "type": "command", "command": "git dream hook Y" } ] } ],
    "X": [
      { "matcher": "Bash", "hooks": [] }
    ]
  },
  "mcpServers": { "git-dream": { "command": "other" }, "x": {} }
}"#;
        let hooked = text.replace("[]", "[{\"command\": \"git-dream hook X\"}]");
        let left = without_ours(&hooked).unwrap();
        assert!(left.contains("// mine") && left.contains("\"lint\""), "{left}");
        assert!(left.contains(r#""git-dream": { "command": "other" }, "x": {}"#), "{left}");
        assert!(entry::ours(&read(&left).unwrap()).is_empty() && !left.contains("\"X\""), "{left}");
    }

    #[test]
    fn what_cannot_be_added_to_is_told_with_its_line() {
        for (text, line, why) in [
            ("{\n  \"hooks\": []\n}", 2, "something else than an object"),
            ("{\n\n  \"hooks\": {\"X\": 1}}", 3, "something else than a list"),
            ("[]", 1, "no object"),
            ("{\n\"hooks\": {},\n\"hooks\": {}}", 3, "a second time"),
            ("{\n  \"a\": 1\n  \"b\": 2\n}", 2, ""),
            ("{", 1, ""),
        ] {
            let faulty = insertions(text, &wanted()).unwrap_err();
            assert_eq!(faulty.line, Some(line), "{text}: {faulty:?}");
            assert!(faulty.why.contains(why), "{text}: {faulty:?}");
        }
        assert!(insertions(&"[".repeat(100_000), &wanted()).is_err());
    }

    proptest! {
        #[test]
        fn any_settings_come_back_as_they_were(
            gaps in prop::collection::vec("([ \t]|\n|\r\n|//c\n|/\\*é\\*/){0,3}", 8),
            comma in ",?",
            keys in prop::collection::vec("(a|hooks|mcpServers)", 0..3),
        ) {
            let gap = |at: usize| gaps[at % gaps.len()].clone();
            let mut members = Vec::new();
            for (at, key) in keys.iter().enumerate() {
                if !keys[..at].contains(key) {
                    members.push(format!("{}\"{key}\"{}:{}{{{}}}{}", gap(at), gap(at + 1), gap(at + 2), gap(at + 3), gap(at + 4)));
                }
            }
            let comma = if members.is_empty() { "" } else { comma.as_str() };
            let text = format!("{}{{{}{comma}{}}}{}", gap(5), members.join(","), gap(6), gap(7));
            added(&text);
        }
    }
}
