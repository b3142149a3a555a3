// An agent that plays by a script: it runs its hooks as Claude Code does, asks MCP servers with the official client, runs
// real commands, and leaves a transcript in Claude Code's format.
//
// It knows two ways of doing each step, the usual one and another. It begins with the other one only if something that it
// was given says so: the context of its session's start, a note that it recalled, or what a hook added when the usual way
// failed. So what it does shows whether the memory reached it.
//
// usage: node agent.mjs JOB.json     (see `tests/it/agent_loop.rs` for what is in it)

import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { project, session, ask, steps, suggestion, listens, tools, began } = job;
const require = createRequire(join(tools, "package.json"));
const { Client } = require("@modelcontextprotocol/client");
const { StdioClientTransport } = require("@modelcontextprotocol/client/stdio");

const settings = process.env.CLAUDE_CONFIG_DIR;
const folder = join(settings, "projects", project.replace(/[^a-zA-Z0-9]/g, "-"));
const transcript = join(folder, `${session}.jsonl`);
const records = [];
let clock = Date.parse(began);
let parent = null;
// Everything that the agent was given to read.
const given = [];

function record(type, fields) {
    const uuid = randomUUID();
    clock += 1000;
    const timestamp = new Date(clock).toISOString();
    const common = { uuid, parentUuid: parent, sessionId: session, timestamp, cwd: project, version: "2.1.240" };
    records.push({ type, isSidechain: false, userType: "external", ...common, ...fields });
    parent = uuid;
    mkdirSync(folder, { recursive: true });
    writeFileSync(transcript, records.map((line) => JSON.stringify(line) + "\n").join(""));
}

// Runs the hooks that the settings name for an event, as Claude Code does: one shell each, the event on stdin.
function fire(event, more, matched) {
    const file = join(settings, "settings.json");
    const { hooks = {} } = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
    const told = { session_id: session, transcript_path: transcript, cwd: project, hook_event_name: event, ...more };
    for (const entry of hooks[event] ?? []) {
        const matcher = entry.matcher ?? "";
        const isMeant = matcher === "" || matcher === "*" || new RegExp(`^(?:${matcher})$`).test(matched);
        for (const hook of isMeant ? entry.hooks : []) {
            const command = hook.args ? [hook.command, hook.args] : ["sh", ["-c", hook.command]];
            const ran = spawnSync(...command, { cwd: project, input: JSON.stringify(told), encoding: "utf8" });
            if (ran.status !== 0) throw new Error(`the hook ${hook.command} failed: ${ran.stderr}`);
            const text = added(ran.stdout);
            if (!text) continue;
            const attachment = { type: "hook_additional_context", hookName: event, hookEvent: event, content: [text] };
            record("attachment", { attachment: { ...attachment, toolUseID: more.tool_use_id } });
            given.push(text);
        }
    }
}

// What a hook adds: JSON's `additionalContext`; of a session's start also plain text.
function added(stdout) {
    if (!stdout.trim()) return "";
    try {
        return JSON.parse(stdout).hookSpecificOutput?.additionalContext ?? "";
    } catch {
        return stdout;
    }
}

function call(tool, input, run) {
    const id = `toolu_${randomUUID().slice(0, 12)}`;
    const content = [{ type: "tool_use", id, name: tool, input }];
    record("assistant", { message: { role: "assistant", model: "scripted", content } });
    return { id, ...run() };
}

function answered(id, text, isError) {
    const content = [{ type: "tool_result", tool_use_id: id, content: text, is_error: isError }];
    record("user", { message: { role: "user", content } });
}

// Runs a command for real, and then the hooks for how it went.
function shell(command) {
    const input = { command };
    const run = () => {
        const ran = spawnSync("sh", ["-c", command], { cwd: project, encoding: "utf8" });
        return { status: ran.status, text: `${ran.stdout}${ran.stderr}`.trim() };
    };
    const { id, status, text } = call("Bash", input, run);
    const failed = status !== 0;
    const said = failed ? `Exit code ${status}\n${text}` : text;
    answered(id, said, failed);
    const more = { tool_name: "Bash", tool_input: input, tool_use_id: id };
    if (failed) fire("PostToolUseFailure", { ...more, error: said }, "Bash");
    else fire("PostToolUse", { ...more, tool_response: { stdout: text, stderr: "", interrupted: false } }, "Bash");
    return !failed;
}

async function connect() {
    const file = join(process.env.HOME, ".claude.json");
    const beside = join(settings, ".claude.json");
    const found = [beside, file].find(existsSync);
    const servers = found ? (JSON.parse(readFileSync(found, "utf8")).mcpServers ?? {}) : {};
    const server = servers["git-dream"];
    if (!server) return null;
    const client = new Client({ name: "scripted-agent", version: "1.0.0" });
    const { command, args = [] } = server;
    await client.connect(new StdioClientTransport({ command, args, cwd: project, env: process.env, stderr: "inherit" }));
    return client;
}

async function ask_server(client, tool, input) {
    const { id } = call(`mcp__git-dream__${tool}`, input, () => ({}));
    const result = await client.callTool({ name: tool, arguments: input });
    const text = result.content.map((part) => part.text ?? "").join("\n");
    answered(id, text, result.isError === true);
    given.push(text);
    return { text, isError: result.isError === true };
}

fire("SessionStart", { source: "startup", model: "scripted" }, "startup");
if (!listens) given.length = 0;
record("user", { message: { role: "user", content: ask } });
const client = await connect();
const report = { recalled: "", remembered: "", first: [], reached: [] };
if (client && job.recalls) report.recalled = (await ask_server(client, "recall", { query: ask })).text;
for (const { usual, other, mark } of steps) {
    const knows = () => mark && given.some((text) => text.includes(mark));
    const first = knows() ? other : usual;
    report.first.push(first);
    const works = shell(first);
    report.reached.push(works || knows());
    if (!works && other) shell(other);
}
if (client && suggestion) {
    const { text, isError } = await ask_server(client, "remember", suggestion);
    if (isError) throw new Error(`remember failed: ${text}`);
    report.remembered = text;
}
await client?.close();
record("assistant", { message: { role: "assistant", model: "scripted", content: [{ type: "text", text: "Done." }] } });
fire("SessionEnd", { reason: "other" }, "other");
process.stdout.write(JSON.stringify(report));
