//! Short sessions in the neutral format.

use serde_json::{Value, json};

/// What happens in a session, by its number.
pub(crate) type Saying = fn(usize) -> Vec<Value>;

/// One mistake in two wordings.
pub(crate) const RAMP: [Saying; 2] = [
    |_| failing("ferry load crates", "error: the ramp is still up", "ferry load crates --lower-ramp"),
    |_| {
        let error = "cannot load crates while the ramp is up, lower the ramp first";
        failing("ferry load crates", error, "ferry load crates --lower-ramp")
    },
];

/// One wish in two wordings.
pub(crate) const SHORT: [Saying; 2] = [
    |number| {
        let said = ["Please always keep functions short.", "Functions must be short, always."];
        vec![call("make thing", "done"), json!({ "person": said[number % 2] })]
    },
    |number| {
        let said = ["Never write long methods.", "No long methods, please: always split them."];
        vec![call("make thing", "done"), json!({ "person": said[number % 2] })]
    },
];

/// Another wish about the same thing as [`SHORT`].
pub(crate) const DOCUMENTED: Saying = |number| {
    let said = ["Always document functions with an example.", "Functions need a documented example, always."];
    vec![call("make thing", "done"), json!({ "person": said[number % 2] })]
};

/// One workflow, and the same with two steps more.
pub(crate) const FLOWS: [Saying; 2] = [
    |_| steps(&["fetch", "sort", "press", "ship"]),
    |_| steps(&["fetch", "rinse", "sort", "press", "label", "ship"]),
];

fn steps(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| call(&format!("kelp {name} tide"), "done")).collect()
}

fn call(command: &str, output: &str) -> Value {
    json!({ "call": { "tool": "shell", "args": { "command": command }, "output": output } })
}

/// A command that fails until it is given in another way.
pub(crate) fn failing(command: &str, error: &str, working: &str) -> Vec<Value> {
    let args = json!({ "command": command });
    let failed = json!({ "tool": "shell", "args": args, "status": "failed", "exit": 4, "output": error });
    vec![json!({ "call": failed }), call(working, "done")]
}

/// A session of its own job, by one of four people, a day of January for each.
pub(crate) fn session(number: usize, saying: Saying) -> String {
    let asks = [
        "Ship the tide report for harbour {n}, on plate {m}",
        "Get tide report {n} out to harbour master {m}",
        "Harbour {n} waits for its tide report, number {m}",
        "The tide report of week {n} is due at harbour {m}",
    ];
    let ask = asks[number % asks.len()];
    let ask = ask.replace("{n}", &number.to_string()).replace("{m}", &(number * 7).to_string());
    told(&format!("run-{number}"), &format!("person-{}", number % 4), &ask, saying(number))
}

/// A session with this id, of this person, in which this was asked and happened.
pub(crate) fn told(id: &str, person: &str, ask: &str, events: Vec<Value>) -> String {
    let head = json!({ "git_dream": 1, "id": id, "agent": "my-agent", "contributor": person });
    let lines = [head, json!({ "person": ask })].into_iter().chain(events);
    lines.map(|line| line.to_string()).collect::<Vec<_>>().join("\n")
}

/// Sessions of other work: what a workflow has to stand out from.
pub(crate) fn of_other_work() -> Vec<String> {
    let work: [&[&str]; 3] =
        [&["oak cut", "oak glue", "elm bend"], &["fir saw", "elm bend"], &["oak cut", "ash turn"]];
    let other = |number: usize| {
        let events = work[number % 3].iter().map(|command| call(&format!("{command} {number}"), "done"));
        let ask = format!("Build chair {number} of set {}", number * 3);
        told(&format!("other-{number}"), "person-9", &ask, events.collect())
    };
    (0..20).map(other).collect()
}
