//! What is known about common programs: which words are sub-commands and which only carry others.
//!
//! Tables, and nothing else. A program that no table names is treated by the general rule in
//! [`super::command`], so a missing line costs precision in a step's name and nothing more.

/// Whether a word is in a list.
pub(super) fn has(list: &[&str], word: &str) -> bool {
    list.contains(&word)
}

/// Whether the tables know how many words of this program's calls are sub-commands.
pub(super) fn is_familiar(program: &str) -> bool {
    let nests = |both: &&str| both.strip_prefix(program).is_some_and(|rest| rest.starts_with(' '));
    has(TASK_RUNNERS, program)
        || has(TWO_LEVELS, program)
        || VALUE_FLAGS.iter().any(|(name, _)| *name == program)
        || NESTED.iter().any(nests)
}

/// Commands that change nothing and find out nothing: no steps at all.
pub(super) const SILENT: &[&str] = &[
    ":", "[", "[[", "break", "builtin", "cd", "clear", "continue", "declare", "disown", "echo", "exit",
    "export", "false", "fg", "hash", "history", "jobs", "kill", "let", "local", "popd", "printf", "pushd",
    "pwd", "read", "readonly", "return", "set", "shift", "shopt", "sleep", "source", "test", "trap", "true",
    "type", "ulimit", "umask", "unalias", "unset", "wait", ".", "alias", "date", "yes", "seq", "tput",
    "stty", "((",
];

/// Those of them that the commands after them may depend on.
pub(super) const PREPARING: &[&str] = &["cd", "pushd", "source", ".", "export"];

/// Commands that only look: steps when nothing else is on the line.
pub(super) const LOOKING: &[&str] = &[
    "ack", "ag", "awk", "basename", "cmp", "column", "comm", "command", "cut", "df", "diff", "dirname", "du", "env",
    "fd", "file", "find", "free", "getent", "grep", "egrep", "fgrep", "head", "hexdump", "hostname", "htop",
    "id", "jq", "less", "ll", "locate", "ls", "lsof", "more", "nl", "nproc", "od", "paste",
    "pgrep", "printenv", "ps", "readlink", "realpath", "rev", "rg", "sed", "sort",
    "stat", "strings", "tac", "tail", "top", "tr", "tree", "uname", "uniq", "uptime", "wc", "whereis",
    "which", "whoami", "xxd", "yq", "cat", "bat", "tee", "sponge", "gsed",
];

/// Those of them that change the file they are given where an option says so.
pub(super) const EDITING: &[&str] = &["awk", "gawk", "gsed", "sed", "yq"];

/// Commands that show files: a reading of their first operand.
pub(super) const SHOWING: &[&str] = &[
    "bat", "cat", "head", "less", "more", "nl", "tac", "tail",
];

/// Reserved words that begin something that is no command.
pub(super) const HEADERS: &[&str] = &[
    "}", "case", "done", "esac", "fi", "for", "function", "in", "select",
];

/// Shells: their `-c` argument is a line of its own, their first operand a script.
pub(super) const SHELLS: &[&str] = &[
    "bash", "dash", "fish", "ksh", "sh", "zsh", "powershell", "pwsh", "cmd",
];

/// Interpreters: `-m` names a module that is the command; the first operand is a script.
pub(super) const INTERPRETERS: &[&str] = &[
    "bun", "deno", "node", "nodejs", "perl", "php", "python", "python2", "python3", "py", "pypy3", "ruby",
    "Rscript", "julia", "lua", "tsx", "ts-node", "java", "dotnet-script",
];

/// Programs whose operands are files, patterns or hosts, never sub-commands.
pub(super) const WITHOUT_SUBCOMMANDS: &[&str] = &[
    "autopep8", "black", "bzip2", "cargo-fmt", "chmod", "chown", "clang", "clang-format", "cp", "createdb",
    "ctest", "curl", "dd", "dropdb", "emacs", "eslint", "flake8", "g++", "gcc", "gofmt", "gunzip", "gzip",
    "http", "install", "isort", "jest", "killall", "ld", "ln", "man", "mkdir", "mktemp", "mocha", "mv",
    "mypy", "mysql", "nano", "nc", "ninja", "nslookup", "open", "patch", "phpunit", "ping", "pkill",
    "prettier", "psql", "pylint", "pyright", "pytest", "rm", "rmdir", "rspec", "rsync", "rubocop", "rustc",
    "rustfmt", "scp", "script", "shellcheck", "split", "sqlite3", "ssh", "ssh-keygen", "strace", "tar",
    "touch", "truncate", "tsc", "unittest", "unzip", "vi", "vim", "visudo", "wget", "xdg-open", "yamllint",
    "zip", "zstd",
];

/// Programs whose first operand names a task of the project, whatever characters it has.
pub(super) const TASK_RUNNERS: &[&str] = &[
    "gmake", "gradle", "gradlew", "invoke", "just", "lerna", "make", "mvn", "mvnw", "nox", "nx", "rake",
    "task", "tox", "turbo", "ant", "sbt", "mise", "bazel", "ninja-build",
];

/// Sub-commands that have sub-commands of their own, as `program sub-command`.
pub(super) const NESTED: &[&str] = &[
    "bun run", "cargo nextest", "cargo run-script", "cargo xtask", "composer run", "composer run-script",
    "deno task", "docker buildx", "docker compose", "docker container", "docker context", "docker image",
    "docker network", "docker system", "docker volume", "dotnet ef", "dotnet nuget", "dotnet tool",
    "flutter pub", "git bisect", "git lfs", "git notes", "git remote", "git stash", "git submodule",
    "git worktree", "go mod", "go tool", "go work", "helm dependency", "helm repo", "kubectl config",
    "kubectl create", "kubectl rollout", "kubectl set", "npm pkg", "npm run", "npm run-script", "pnpm run",
    "podman compose", "podman container", "podman image", "poetry env", "rails db", "rustup component",
    "rustup target", "rustup toolchain", "terraform state", "terraform workspace", "tofu state",
    "tofu workspace", "uv pip", "uv python", "uv tool", "yarn run", "yarn workspace",
];

/// Programs with two levels of sub-commands throughout: `gh pr create`.
pub(super) const TWO_LEVELS: &[&str] = &[
    "aws", "az", "doctl", "eksctl", "gcloud", "gh", "glab", "linode-cli", "oci", "vault",
];

/// Flags that take the next word as their value, by program. The general rule guesses for all others.
pub(super) const VALUE_FLAGS: &[(&str, &[&str])] = &[
    ("aws", &["--profile", "--region", "--output", "--endpoint-url", "--query"]),
    ("cargo", &["--manifest-path", "-C", "--config", "--color", "-Z"]),
    ("cmake", &["-S", "-B", "-D", "-G", "-C", "-A", "-T", "--build", "--install", "--preset", "--target", "--open"]),
    ("docker", &[
        "--context", "-H", "--host", "-l", "--log-level", "-f", "--file", "-p", "--project-name", "--profile", "--env-file",
    ]),
    ("docker-compose", &["-f", "--file", "-p", "--project-name", "--profile", "--env-file"]),
    ("gcloud", &["--project", "--account", "--format"]),
    ("gh", &["-R", "--repo"]),
    ("git", &["-C", "-c", "--git-dir", "--work-tree", "--namespace"]),
    ("gradle", &["-p", "-b"]),
    ("gradlew", &["-p", "-b"]),
    ("helm", &["-n", "--namespace", "--kube-context", "--kubeconfig"]),
    ("just", &["-f", "--justfile", "-d", "--working-directory"]),
    ("kubectl", &["-n", "--namespace", "--context", "--kubeconfig", "-f", "-l"]),
    ("make", &["-C", "-f", "-I", "-o"]),
    ("mvn", &["-f", "-pl", "-s", "-P"]),
    ("nox", &["-f"]),
    ("npm", &["--prefix", "-w", "--workspace", "-C"]),
    ("pnpm", &["--filter", "-F", "-C", "--dir"]),
    ("poetry", &["-C", "--directory", "-P"]),
    ("systemctl", &["-H", "-M", "-t", "-p"]),
    ("task", &["-t", "-d"]),
    ("turbo", &["--filter"]),
    ("uv", &["--project", "--directory", "--python"]),
    ("yarn", &["--cwd"]),
];

/// Verbs that commands are named by, in any program: a word among them after a name says what is done to it.
pub(super) const ACTING: &[&str] = &[
    "add", "apply", "bake", "build", "check", "clean", "clear", "commit", "convert", "copy", "create",
    "delete", "deploy", "destroy", "disable", "download", "enable", "export", "fetch", "format", "generate",
    "get", "import", "info", "init", "install", "link", "lint", "list", "login", "logout", "ls", "merge",
    "migrate", "mv", "new", "pack", "publish", "pull", "push", "register", "release", "remove", "rename",
    "render", "reset", "restart", "restore", "rm", "run", "save", "seed", "set", "show", "start", "status",
    "stop", "submit", "sync", "tag", "test", "unlock", "update", "upgrade", "upload", "validate", "verify",
];

/// Words after which a step only tells how things are, as a sub-command or as the verb of a tool's name.
pub(super) const ASKING: &[&str] = &[
    "blame", "calculate", "cat", "check", "compute", "count", "describe", "diff", "explain", "fetch",
    "find", "get", "grep", "help", "info", "inspect", "list", "log", "logs", "lookup", "ls", "open",
    "outdated", "plan", "ps", "query", "read", "retrieve", "rev-parse", "search", "show", "stats", "status",
    "think", "top", "tree", "validate", "version", "view", "watch", "whoami", "why", "ls-files", "doctor",
    "audit", "reflog", "shortlog", "cat-file", "verify", "estimate", "browse", "preview",
];

/// Words that name a check of the work, wherever they stand in a step's name.
pub(super) const CHECKING: &[&str] = &[
    "build", "check", "clippy", "compile", "ctest", "e2e", "eslint", "flake8", "jest", "lint", "mocha",
    "mypy", "nextest", "nox", "phpunit", "pylint", "pyright", "pytest", "rspec", "rubocop", "ruff",
    "selftest", "spec", "test", "tests", "tox", "tsc", "typecheck", "types", "unittest", "validate",
    "verify", "vet", "vitest", "playwright", "cypress", "shellcheck", "vue-tsc", "golangci-lint",
    "type-check",
];

/// Those of them that look at how the code reads, not at what it does.
pub(super) const LINTING: &[&str] = &[
    "check", "clippy", "eslint", "flake8", "lint", "mypy", "pylint", "pyright", "rubocop", "ruff", "shellcheck", "tsc",
    "type-check", "typecheck", "types", "validate", "verify", "vet", "vue-tsc", "golangci-lint",
];

/// Names of tools that run a shell line, in lower case.
pub(super) const SHELL_TOOLS: &[&str] = &[
    "bash", "container.exec", "exec", "exec_command", "execute_bash", "execute_command", "local_shell",
    "local_shell_call", "powershell", "run_bash", "run_command", "run_in_terminal", "run_shell",
    "run_shell_command", "run_terminal_cmd", "run_terminal_command", "shell", "shell_command", "sh",
    "terminal", "execute_shell", "runcommand", "run_shell_cmd", "command", "bash_command", "exec_shell",
    "functions.exec_command", "run_terminal_command_v2", "launch-process", "developer__shell", "execute",
];

/// Names of the argument that holds the shell line.
pub(super) const COMMAND_ARGUMENTS: &[&str] = &[
    "command", "cmd", "script", "commandLine", "CommandLine", "command_line", "action.command", "input",
    "code",
];

/// Names of the argument that holds a file's path.
pub(super) const PATH_ARGUMENTS: &[&str] = &[
    "file_path", "path", "notebook_path", "target_file", "filePath", "absolute_path", "filename", "file",
    "file_name", "relative_path", "AbsolutePath", "TargetFile", "relative_workspace_path",
];

/// Tools of coding agents that change one file, in lower case.
pub(super) const EDITORS: &[&str] = &[
    "apply_diff", "apply_edit", "create", "create_file", "edit", "edit_file", "edit_notebook", "file_edit",
    "file_write", "insert", "insert_content", "insert_edit_into_file", "multi_edit", "multiedit",
    "multi_replace_string_in_file", "notebookedit", "replace", "replace_in_file", "replace_string_in_file",
    "save-file", "search_replace", "str-replace-editor", "str_replace", "update", "write", "write_file",
    "write_to_file", "new_file", "replace_file_content", "edit_file_v2",
];

/// Tools of coding agents that read one file, in lower case.
pub(super) const READERS: &[&str] = &[
    "cat", "file_read", "notebookread", "open_file", "read", "read_file", "read_file_v2", "view",
    "view_file", "view_image", "read_text_file",
];

/// Tools that are one of several things, by their `command` argument, in lower case.
pub(super) const TEXT_EDITORS: &[&str] = &[
    "str_replace_based_edit_tool", "str_replace_editor", "text_editor", "developer__text_editor", "editor",
];

/// Tools that take patches, in lower case.
pub(super) const PATCHERS: &[&str] = &[
    "apply_patch", "applypatch", "functions.apply_patch", "patch",
];

/// Tools by which an agent looks around in files, in lower case.
pub(super) const SEARCHERS: &[&str] = &[
    "codebase_search", "file_search", "glob", "glob_file_search", "grep", "grep_search", "list_dir",
    "list_directory", "list_files", "ls", "ripgrep", "search", "search_file_content", "search_files",
    "find_by_name", "directory_tree", "read_lints", "read_many_files",
];

/// Tools by which an agent minds itself: plans, waits, questions. No steps, in lower case.
pub(super) const INTERNAL: &[&str] = &[
    "askuserquestion", "bashoutput", "checklist_write", "enterplanmode", "exitplanmode", "exit_plan_mode",
    "killbash", "killshell", "list_mcp_resource_templates", "list_mcp_resources", "planning",
    "request_user_input", "sequentialthinking", "taskcreate", "taskget", "tasklist", "taskoutput",
    "taskupdate", "think", "taskstop", "todoread", "todowrite", "todo_read", "todo_write",
    "tool_search_tool_bm25", "tool_search_tool_regex", "toolsearch", "update_plan", "wait", "write_stdin",
    "write_todos", "ask_followup_question", "attempt_completion", "manage_todo_list", "save_memory",
    "update_memory",
];
