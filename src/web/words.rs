//! A command line, split into its words.

use crate::unusable::Unusable;

/// The words of a command line; `whose` names it in an error.
pub(crate) fn command_line(line: &str, whose: &str) -> Result<Vec<String>, Unusable> {
    match split(line) {
        Some(words) if words.first().is_some_and(|program| !program.is_empty()) => Ok(words),
        Some(_) => Err(Unusable(format!("{whose} is empty: name a program"))),
        None => Err(Unusable(format!("{whose} has a quote that is not closed: {line}"))),
    }
}

/// The words of a command line, as a POSIX shell splits one that has quotes and backslashes and nothing else in it:
/// nothing is expanded and nothing run. `None` where a quote is not closed.
///
/// On Windows a backslash outside of quotes is a letter of a path.
fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        '\'' => break,
                        quoted => word.push(quoted),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        '"' => break,
                        '\\' => match characters.next()? {
                            escaped @ ('"' | '\\' | '$' | '`') => word.push(escaped),
                            other => word.extend(['\\', other]),
                        },
                        quoted => word.push(quoted),
                    }
                }
            }
            '\\' if !cfg!(windows) => word.get_or_insert_default().push(characters.next()?),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() {
        let words = |line| split(line).unwrap();
        assert_eq!(words(r#"claude -p  --tools "" 'a b'c"#), ["claude", "-p", "--tools", "", "a bc"]);
        assert_eq!(words(r#"x "\"\\\n" '$(y)'"#), ["x", r#""\\n"#, "$(y)"]);
        assert_eq!(words("  "), Vec::<String>::new());
        assert_eq!([split("a 'b"), split("a \"b\\"), split("\"")], [None, None, None]);
    }
}
