//! Names of contributors: what an inbox is called, and who a digest counts for.

use crate::ledger::layout::is_cycle_name;

/// Longest name that is made of another one, bytes.
const LONGEST: usize = 60;

/// Whether a contributor can be called so: lower-case letters, digits, `.`, `_` and `-`. A ref and a file get that name,
/// and there are file systems that do not tell `Ann` from `ann`.
pub fn is_name(name: &str) -> bool {
    is_cycle_name(name) && !name.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// The name that comes nearest to how a person calls themselves: `Ann-Marie Smith` is `ann-marie-smith`. `None` where
/// nothing is left of it.
pub fn of_person(called: &str) -> Option<String> {
    let mut name = String::new();
    for sign in called.to_lowercase().chars() {
        let kept = sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '-');
        let sign = if kept { sign } else { '-' };
        if sign.is_ascii_alphanumeric() || !name.ends_with(['.', '_', '-']) {
            name.push(sign);
        }
    }
    name.truncate(LONGEST);
    let name = name.trim_matches(['.', '_', '-']);
    is_name(name).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn people_get_the_nearest_name() {
        let cases = [
            ("Ann-Marie Smith", Some("ann-marie-smith")),
            ("  ann  ", Some("ann")),
            ("Łukasz", Some("ukasz")),
            ("a..b/../c", Some("a.b-c")),
            ("x.lock", None),
            ("山田太郎", None),
            ("", None),
        ];
        for (called, name) in cases {
            assert_eq!(of_person(called).as_deref(), name, "{called}");
        }
        assert!(!is_name("Ann") && !is_name("../x") && !is_name("a/b") && is_name("ann.b"));
    }

    proptest! {
        #[test]
        fn whatever_somebody_is_called_makes_a_name_or_none(called in any::<String>()) {
            prop_assert!(of_person(&called).is_none_or(|name| is_name(&name)));
        }
    }
}
