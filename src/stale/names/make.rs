//! The targets of a makefile.

use super::Defines;

/// Whether a file of this name is read as a makefile.
pub(super) fn is_makefile(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower == "makefile"
        || lower == "gnumakefile"
        || lower.starts_with("makefile.")
        || lower.ends_with(".mk")
        || lower.ends_with(".mak")
}

/// Whether a makefile has a rule for this target. Pattern rules, targets made of variables, and files that are included
/// from places no name can be read of, may make any target.
pub(super) fn defines(text: &str, name: &str) -> Defines {
    let text = text.replace("\\\n", " ");
    let mut perhaps = text.contains("$(eval") || text.contains("${eval");
    for line in text.lines().filter(|line| !line.starts_with(['\t', '#'])) {
        let line = line.split('#').next().unwrap_or_default();
        let first = line.split_whitespace().next().unwrap_or_default();
        if matches!(first, "include" | "-include" | "sinclude") {
            perhaps |= line.split_whitespace().skip(1).any(|file| !is_known(file));
            continue;
        }
        let Some((targets, rest)) = line.split_once(':') else { continue };
        if targets.contains('=') || rest.starts_with('=') || rest.starts_with(":=") {
            continue;
        }
        if targets.trim() == ".PHONY" && rest.split_whitespace().any(|phony| phony == name) {
            return Defines::Yes;
        }
        for target in targets.split_whitespace() {
            if target == name {
                return Defines::Yes;
            }
            perhaps |= match target.split_once('%') {
                Some((start, end)) => name.starts_with(start) && name.ends_with(end),
                None => target.contains('$'),
            };
        }
    }
    if perhaps { Defines::Perhaps } else { Defines::No }
}

/// Whether an included file is one that is looked at itself, or that holds only settings.
fn is_known(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.starts_with(".env")
        || (is_makefile(name) && !file.contains(['$', '*']) && !file.starts_with(['.', '/']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_told_from_variables_and_patterns() {
        let plain =
            "X := a\nY = b:c\n.PHONY: lint \\\n  fmt\n\nall test: build\n\t@echo x: y\nbuild:: ; cc\n";
        for name in ["lint", "fmt", "all", "test", "build"] {
            assert_eq!(defines(plain, name), Defines::Yes, "{name}");
        }
        for name in ["X", "Y", "b", "echo", "x"] {
            assert_eq!(defines(plain, name), Defines::No, "{name}");
        }
        for (open, name) in [
            ("test-%:\n\techo\n", "test-unit"),
            ("$(TOOLS): x\n", "gen"),
            ("include $(DIR)/rules.inc\n", "gen"),
            ("$(foreach t,$(T),$(eval $(call rule,$t)))\n", "gen"),
        ] {
            assert_eq!(defines(open, name), Defines::Perhaps, "{open}");
        }
        assert_eq!(defines("test-%:\n-include .env\ninclude mk/a.mk\n", "gen"), Defines::No);
    }
}
