//! Settings in TOML.
//!
//! What is added goes to the end of the file as tables of its own, where it is in nobody's way. Refuses where that cannot
//! be, because a table that is written on one line cannot be gone on with elsewhere.

use super::Faulty;
use super::edit::{Insertion, newline};
use super::entry;
use super::tree::{Members, Tree};
use serde_json::Value;
use toml_edit::{DocumentMut, Item, Table};

/// What the settings say.
pub(super) fn read(text: &str) -> Result<Value, Faulty> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map(|before| before.matches('\n').count() + 1);
        Faulty { line, why: error.message().to_owned() }
    })
}

/// What to put in so that the settings hold these members, none of which they hold yet.
pub(super) fn insertions(text: &str, wanted: &Members) -> Result<Vec<Insertion>, Faulty> {
    let mut lines = Vec::new();
    tables("", wanted, &mut lines);
    let newline = newline(text);
    let separate = match text {
        "" => "",
        _ if text.ends_with('\n') => newline,
        _ => &newline.repeat(2),
    };
    let added: String = lines.iter().skip(1).map(|line| format!("{line}{newline}")).collect();
    let insertion = Insertion::new(text.len(), format!("{separate}{added}"));
    let before = entry::ours(&read(text)?).len();
    let after = read(&format!("{text}{}", insertion.text));
    if !after.is_ok_and(|after| entry::ours(&after).len() > before) {
        let why = "has a table on one line (`name = { … }`), or a value where a table would have to be added";
        return Err(Faulty { line: None, why: why.to_owned() });
    }
    Ok(vec![insertion])
}

/// Tables as lines, an empty one before each: what is no table first, then the tables in it.
fn tables(path: &str, members: &Members, lines: &mut Vec<String>) {
    for (key, tree) in members {
        if !is_table(tree) {
            let value = toml::Value::try_from(tree).map(|value| value.to_string());
            lines.extend(value.ok().map(|value| format!("{key} = {value}")));
        }
    }
    for (key, tree) in members {
        let path = if path.is_empty() { (*key).to_owned() } else { format!("{path}.{key}") };
        match tree {
            Tree::Object(members) => {
                if members.iter().any(|(_, tree)| !is_table(tree)) {
                    lines.extend([String::new(), format!("[{path}]")]);
                }
                tables(&path, members, lines);
            }
            Tree::List(items) => {
                for item in items {
                    if let Tree::Object(members) = item {
                        lines.extend([String::new(), format!("[[{path}]]")]);
                        tables(&path, members, lines);
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_table(tree: &Tree) -> bool {
    match tree {
        Tree::Object(_) => true,
        Tree::List(items) => items.iter().any(|item| matches!(item, Tree::Object(_))),
        _ => false,
    }
}

/// The settings without the entries that are ours, and without what was left empty by that.
pub(super) fn without_ours(text: &str) -> Result<String, Faulty> {
    read(text)?;
    let unparsable = |error: toml_edit::TomlError| Faulty { line: None, why: error.message().to_owned() };
    let mut settings = text.parse::<DocumentMut>().map_err(unparsable)?;
    if let Some(hooks) = settings.get_mut("hooks").and_then(Item::as_table_mut) {
        let mut emptied = Vec::new();
        for (event, groups) in hooks.iter_mut() {
            let Some(groups) = groups.as_array_of_tables_mut() else { continue };
            let ours: Vec<usize> = groups
                .iter_mut()
                .enumerate()
                .filter_map(|(at, group)| remove_hooks(group).then_some(at))
                .collect();
            ours.iter().rev().for_each(|at| drop(groups.remove(*at)));
            if groups.is_empty() && !ours.is_empty() {
                emptied.push(event.get().to_owned());
            }
        }
        for event in &emptied {
            hooks.remove(event);
        }
        if hooks.is_empty() && !emptied.is_empty() {
            settings.remove("hooks");
        }
    }
    for place in entry::SERVERS {
        let Some(servers) = settings.get_mut(place).and_then(Item::as_table_like_mut) else { continue };
        let is_ours = servers
            .get(entry::SERVER)
            .is_some_and(|server| says(server, |value| entry::server(value).is_some()));
        if is_ours {
            servers.remove(entry::SERVER);
            if servers.is_empty() {
                settings.remove(place);
            }
        }
    }
    // toml_edit ends every line with a line feed alone.
    let left = settings.to_string();
    Ok(if newline(text) == "\n" { left } else { left.replace("\r\n", "\n").replace('\n', "\r\n") })
}

/// Takes our hooks out of a group; whether it held nothing else.
fn remove_hooks(group: &mut Table) -> bool {
    let Some(handlers) = group.get_mut("hooks").and_then(Item::as_array_of_tables_mut) else { return false };
    let before = handlers.len();
    handlers.retain(|handler| !says(&Item::Table(handler.clone()), |value| entry::hook(value).is_some()));
    before > 0 && handlers.is_empty()
}

/// Whether a part of the settings calls git-dream.
fn says(item: &Item, calls: impl Fn(&Value) -> bool) -> bool {
    let Some(table) = item.as_table_like() else { return false };
    let members = table.iter().filter_map(|(key, item)| Some((key.to_owned(), item.as_value()?)));
    let texts = |value: &toml_edit::Value| match value {
        toml_edit::Value::Array(list) => list.iter().filter_map(|item| item.as_str()).collect(),
        other => Value::from(other.as_str()),
    };
    calls(&Value::Object(members.map(|(key, value)| (key, texts(value))).collect()))
}

#[cfg(test)]
mod tests {
    use super::super::edit::with;
    use super::*;

    fn wanted() -> Members {
        let handler = Tree::Object(vec![
            ("type", "command".into()),
            ("command", "git dream hook X".into()),
            ("timeout", Tree::Number(5)),
        ]);
        let group = Tree::Object(vec![("hooks", Tree::List(vec![handler]))]);
        let server = Tree::Object(vec![
            ("command", "git".into()),
            ("args", vec!["dream".to_owned(), "mcp".to_owned()].into()),
        ]);
        vec![
            ("mcp_servers", Tree::Object(vec![("git-dream", server)])),
            ("hooks", Tree::Object(vec![("X", Tree::List(vec![group]))])),
        ]
    }

    #[test]
    fn tables_go_to_the_end_and_come_out_again() {
        let text = "# mine\nmodel = \"o\" # odd\n\n[mcp_servers.x]\ncommand   =  \"x\"\n\n[[hooks.X]]\n[[hooks.X.hooks]]\ncommand='lint'\n";
        let (after, _) = with(text, insertions(text, &wanted()).unwrap());
        assert_eq!(
            after,
            format!(
                "{text}\n[mcp_servers.git-dream]\ncommand = \"git\"\nargs = [\"dream\", \"mcp\"]\n\n[[hooks.X]]\n\n[[hooks.X.hooks]]\n\
                 type = \"command\"\ncommand = \"git dream hook X\"\ntimeout = 5\n"
            )
        );
        assert_eq!(without_ours(&after).unwrap(), text);
        let gone_on = format!("{after}\n[hooks.state.k]\ntrusted_hash = \"h\"\n");
        assert_eq!(
            without_ours(&gone_on).unwrap(),
            format!("{text}\n[hooks.state.k]\ntrusted_hash = \"h\"\n")
        );
        let windows = text.replace('\n', "\r\n");
        let (after, _) = with(&windows, insertions(&windows, &wanted()).unwrap());
        assert!(!after.replace("\r\n", "").contains('\n'));
        assert_eq!(without_ours(&after).unwrap(), windows);
    }

    #[test]
    fn what_cannot_be_added_to_is_told() {
        assert_eq!(insertions("a = 1\nb = = 2\n", &wanted()).unwrap_err().line, Some(2));
        for text in
            ["mcp_servers = { x = { command = \"x\" } }\n", "mcp_servers = 1\n", "hooks = { X = [] }\n"]
        {
            assert!(insertions(text, &wanted()).unwrap_err().why.contains("on one line"), "{text}");
        }
    }
}
