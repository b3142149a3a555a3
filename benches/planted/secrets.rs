//! Secrets that look valid and never were: made fresh from the seed, so that no file of this repository
//! holds one.
//!
//! A [`Secret`] knows its *cores*: the random parts that must not appear anywhere in the memory, not even
//! twelve characters of them. Constant parts (`AKIA`, `-----BEGIN`) are no secret.

use crate::random::Random;

/// One planted secret.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    /// What kind, for the report.
    pub kind: &'static str,
    /// As it is written into a transcript.
    pub shown: String,
    /// The random parts.
    pub cores: Vec<String>,
}

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// How many kinds of bare tokens there are.
pub(crate) const TOKEN_KINDS: usize = 17;

/// A token that is recognisable by itself, of kind `index` (modulo [`TOKEN_KINDS`]).
pub(crate) fn token(index: usize, random: &mut Random) -> Secret {
    let prefixed = |kind, prefix: &str, core: String| Secret {
        kind,
        shown: format!("{prefix}{core}"),
        cores: vec![core],
    };
    match index % TOKEN_KINDS {
        0 => prefixed("aws access key", "AKIA", random.text(UPPER, 16)),
        1 => prefixed("github token", "ghp_", random.text(ALNUM, 36)),
        2 => prefixed("github oauth token", "gho_", random.text(ALNUM, 36)),
        3 => prefixed("github fine-grained token", "github_pat_", {
            format!("{}_{}", random.text(ALNUM, 22), random.text(ALNUM, 59))
        }),
        4 => prefixed("gitlab token", "glpat-", random.text(ALNUM, 20)),
        5 => {
            let core = format!("{}-{}-{}", digits(12, random), digits(12, random), random.text(ALNUM, 24));
            prefixed("slack token", "xoxb-", core)
        }
        6 => jwt(random),
        7 => pem(random),
        8 => prefixed("stripe key", "sk_live_", random.text(ALNUM, 24)),
        9 => prefixed("google key", "AIza", random.text(URL_SAFE, 35)),
        10 => prefixed("npm token", "npm_", random.text(ALNUM, 36)),
        11 => prefixed("anthropic key", "sk-ant-api03-", format!("{}AA", random.text(URL_SAFE, 93))),
        12 => prefixed(
            "sendgrid key",
            "SG.",
            format!("{}.{}", random.text(URL_SAFE, 22), random.text(URL_SAFE, 43)),
        ),
        13 => prefixed("digitalocean token", "dop_v1_", random.hex(64)),
        14 => prefixed("pypi token", "pypi-AgEIcHlwaS5vcmc", random.text(URL_SAFE, 70)),
        15 => {
            let core =
                format!("T{}/B{}/{}", random.text(UPPER, 10), random.text(UPPER, 10), random.text(ALNUM, 24));
            let shown = format!("https://hooks.slack.com/services/{core}");
            Secret { kind: "slack webhook", shown, cores: vec![core] }
        }
        _ => prefixed(
            "openai key",
            "sk-proj-",
            format!("{}T3BlbkFJ{}", random.text(URL_SAFE, 74), random.text(URL_SAFE, 74)),
        ),
    }
}

fn digits(count: usize, random: &mut Random) -> String {
    random.text("123456789", count)
}

fn jwt(random: &mut Random) -> Secret {
    let payload = format!("eyJzdWIiOiI{}", random.text(ALNUM, 48));
    let signature = random.text(URL_SAFE, 43);
    let shown = format!("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{payload}.{signature}");
    Secret { kind: "jwt", shown, cores: vec![payload[11..].to_owned(), signature] }
}

fn pem(random: &mut Random) -> Secret {
    let lines: Vec<String> = (0..random.between(6, 20)).map(|_| random.text(BASE64, 64)).collect();
    let kind = *random.pick(&["RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY"]);
    let shown = format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----", lines.join("\n"));
    Secret { kind: "private key", shown, cores: lines }
}

/// A secret that only its surroundings give away: a password in a URL, an assignment, a header.
fn in_surroundings(random: &mut Random) -> Secret {
    match random.below(6) {
        0 => {
            let password = random.text(ALNUM, 18);
            let (scheme, host) = *random.pick(&[
                ("postgres", "db.internal:5432/app"),
                ("mysql", "sql.internal/app"),
                ("redis", "cache.internal:6379/0"),
                ("amqp", "queue.internal:5672"),
                ("mongodb+srv", "cluster0.internal/app"),
            ]);
            Secret {
                kind: "url password",
                shown: format!("{scheme}://service:{password}@{host}"),
                cores: vec![password],
            }
        }
        1 => {
            let value = random.text(ALNUM, 24);
            let name = *random.pick(&[
                "DB_PASSWORD",
                "APP_SECRET",
                "SESSION_SECRET",
                "SMTP_PASSWORD",
                "ENCRYPTION_KEY",
            ]);
            Secret { kind: "env assignment", shown: format!("{name}={value}"), cores: vec![value] }
        }
        2 => {
            let value = random.text(BASE64, 40);
            Secret {
                kind: "aws secret key",
                shown: format!("aws_secret_access_key = {value}"),
                cores: vec![value],
            }
        }
        3 => {
            let value = random.text(ALNUM, 40);
            Secret {
                kind: "bearer header",
                shown: format!("Authorization: Bearer {value}"),
                cores: vec![value],
            }
        }
        4 => {
            let value = format!("{}==", random.text(BASE64, 30));
            Secret {
                kind: "basic header",
                shown: format!("Authorization: Basic {value}"),
                cores: vec![value],
            }
        }
        _ => {
            let value = random.text(ALNUM, 32);
            let name = *random.pick(&["api_key", "apiKey", "client_secret", "access_token", "password"]);
            Secret { kind: "json field", shown: format!("{{\"{name}\": \"{value}\"}}"), cores: vec![value] }
        }
    }
}

/// A call whose output shows a secret: the command, the output, the secret.
pub(crate) fn shown_by_a_command(index: usize, random: &mut Random) -> (String, String, Secret) {
    if random.chance(0.4) {
        let secret = in_surroundings(random);
        let command = *random.pick(&[
            "cat .env",
            "cat config/settings.local",
            "docker compose config",
            "printenv | sort",
        ]);
        let output = format!("LOG_LEVEL=debug\n{}\nREGION=eu-west-1", secret.shown);
        return (command.to_owned(), output, secret);
    }
    let secret = token(index, random);
    let (command, output) = match random.below(5) {
        0 => (
            "cat .env".to_owned(),
            format!("NODE_ENV=development\nSERVICE_TOKEN={}\nPORT=8080", secret.shown),
        ),
        1 => (
            "cat deploy/credentials.yaml".to_owned(),
            format!("credentials:\n  owner: platform\n  value: {}", secret.shown),
        ),
        2 => (
            "git diff HEAD~1".to_owned(),
            format!("diff --git a/app.ini b/app.ini\n@@ -1 +1 @@\n-key =\n+key = {}", secret.shown),
        ),
        3 => (
            "kubectl get configmap app -o yaml".to_owned(),
            format!("apiVersion: v1\ndata:\n  key: \"{}\"", secret.shown),
        ),
        _ => (
            "tail -5 logs/app.log".to_owned(),
            format!("12:00:01 starting\n12:00:02 using {}\n12:00:03 ready", secret.shown),
        ),
    };
    (command, output, secret)
}

/// A call that carries a secret itself.
pub(crate) fn typed_into_a_command(index: usize, random: &mut Random) -> (String, Secret) {
    let secret = in_surroundings(random);
    match secret.kind {
        "url password" => (format!("psql \"{}\" -c 'select 1'", secret.shown), secret),
        "bearer header" | "basic header" => {
            (format!("curl -sS -H '{}' https://api.internal/v1/health", secret.shown), secret)
        }
        "env assignment" => (format!("{} ./scripts/smoke.sh", secret.shown), secret),
        _ => {
            let secret = token(index, random);
            if secret.kind == "private key" {
                (format!("cat > /tmp/key.pem <<'EOF'\n{}\nEOF", secret.shown), secret)
            } else {
                (format!("export SERVICE_TOKEN={} && ./scripts/smoke.sh", secret.shown), secret)
            }
        }
    }
}

/// What a person pastes into the conversation.
pub(crate) fn pasted_by_a_person(index: usize, random: &mut Random) -> (String, Secret) {
    let secret = if random.chance(0.5) { in_surroundings(random) } else { token(index, random) };
    let frame = *random.pick(&[
        "here is the staging credential in case you need it: {}",
        "you can use {} for that",
        "if it asks for auth: {}",
        "the key is {} (rotate later)",
    ]);
    (frame.replace("{}", &secret.shown), secret)
}

/// A line for an error text.
pub(crate) fn line_of_an_error(index: usize, random: &mut Random) -> (String, Secret) {
    let secret = if random.chance(0.6) { in_surroundings(random) } else { token(index, random) };
    (format!("  context: {}", secret.shown), secret)
}

/// An assignment before a command: `DEPLOY_TOKEN=… `.
pub(crate) fn before_a_command(index: usize, random: &mut Random) -> (String, Secret) {
    // A private key has line breaks and does not stand before a command.
    let index = if index % TOKEN_KINDS == 7 { index + 1 } else { index };
    let secret = token(index, random);
    (format!("DEPLOY_TOKEN={} ", secret.shown), secret)
}
