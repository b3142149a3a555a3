//! Programs whose words are no references, and the commands that package managers have themselves.

/// Programs whose words are places that they make, move or take away, or names in a repository's history.
const MAKERS: &str = "\
    mkdir touch rm rmdir mv cp ln tee tar zip unzip curl wget git gh echo printf docker podman kubectl helm ssh scp \
    rsync open export source install";

/// Commands of pnpm, yarn and bun that are no scripts.
const NODE_OWN: &str = "\
    access add audit bin cache ci config constraints create dedupe deploy dlx exec explain fetch global help i \
    import info init install licenses link list login logout ls node npm outdated owner pack patch plugin prune \
    publish rebuild remove rm root run set setup start store tag team uninstall unlink unplug up update upgrade \
    version versions view why workspace workspaces x build test env";

/// Commands of cargo itself, and of the plugins that everybody has.
const CARGO_OWN: &str = "\
    add audit b bench binstall bloat build c check clean clippy config criterion d deny dist doc doctor expand fetch \
    fix flamegraph fmt fuzz generate generate-lockfile hack help info init insta install llvm-cov locate-project \
    login logout machete make metadata miri mutants ndk new nextest outdated owner package pgo pkgid publish r \
    read-manifest release remove report rm run rustc rustdoc search semver-checks show-asm sort sqlx t tarpaulin test \
    tree udeps uninstall update upgrade vendor verify-project version vet watch yank zigbuild component lambda \
    leptos tauri wasi msrv public-api set-version edit ws workspaces hakari cache shear spellcheck readme rail \
    careful";

/// Commands of composer that are no scripts.
const COMPOSER_OWN: &str = "\
    about archive audit browse bump check-platform-reqs clear-cache config create-project depends diagnose \
    dump-autoload dumpautoload exec fund global help init install licenses outdated prohibits reinstall remove require \
    run run-script search self-update show status suggests update upgrade validate why why-not";

/// Whether the words of a program are places that it makes, moves or takes away, or no places at all.
pub(super) fn is_maker(program: &str) -> bool {
    has(MAKERS, program)
}

/// Whether pnpm, yarn and bun have this command themselves.
pub(super) fn is_of_node(command: &str) -> bool {
    has(NODE_OWN, command)
}

/// Whether cargo, or a plugin that many have, has this command.
pub(super) fn is_of_cargo(command: &str) -> bool {
    has(CARGO_OWN, command)
}

/// Whether composer has this command itself.
pub(super) fn is_of_composer(command: &str) -> bool {
    has(COMPOSER_OWN, command)
}

fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}
