// HTTP on one side, for the conformance suite; lines to `git dream mcp` on the other. Knows no method but `initialize`,
// which begins a session with a server of its own; requests without a session share one.
//
// node bridge.mjs PROGRAM [ARGUMENT…]     prints the address that it serves
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const [program, ...args] = process.argv.slice(2);
const sessions = new Map();
let shared;
let last = 0;

function start() {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message = JSON.parse(line);
    const answer = waiting.get(message.id);
    if (message.method !== undefined || answer === undefined) return;
    waiting.delete(message.id);
    answer(message);
  });
  return { child, waiting };
}

/** Sends a message; gives the answer to it, under the id that it was asked by. */
function ask({ child, waiting }, message) {
  if (message.id === undefined) {
    child.stdin.write(`${JSON.stringify(message)}\n`);
    return Promise.resolve(undefined);
  }
  const id = ++last;
  child.stdin.write(`${JSON.stringify({ ...message, id })}\n`);
  return new Promise((resolve) => waiting.set(id, (answer) => resolve({ ...answer, id: message.id })));
}

/** The status that the HTTP transport has for an answer (2026-07-28, basic/transports). */
function status(answer) {
  const byCode = { "-32601": 404, "-32022": 400, "-32021": 400 };
  const isMeta = answer.error?.code === -32602 && answer.error.message.includes("_meta");
  return isMeta ? 400 : (byCode[answer.error?.code] ?? 200);
}

const server = createServer(async (request, response) => {
  const end = (code, body, headers = {}) => {
    response.writeHead(code, { "content-type": "application/json", ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
  const session = request.headers["mcp-session-id"];
  if (session !== undefined && !sessions.has(session)) return end(404);
  if (request.method === "DELETE" && session !== undefined) {
    sessions.get(session).child.stdin.end();
    sessions.delete(session);
    return end(200);
  }
  if (request.method !== "POST") return end(405);
  let body = "";
  for await (const part of request) body += part;
  const message = JSON.parse(body);
  if (message.method === "initialize") {
    const id = randomUUID();
    sessions.set(id, start());
    const answer = await ask(sessions.get(id), message);
    return end(status(answer), answer, { "mcp-session-id": id });
  }
  shared ??= start();
  const to = session === undefined ? shared : sessions.get(session);
  const answer = await ask(to, message);
  return answer === undefined ? end(202) : end(session === undefined ? status(answer) : 200, answer);
});

server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/mcp`));
// Whoever started it closes stdin when it is done.
process.stdin.resume().on("end", () => process.exit(0));
