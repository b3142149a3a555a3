// The protocol's own client, driven by steps: JSON lines `["method", argument]` on stdin, one JSON line an answer on
// stdout. Method and argument are the client's own (`callTool`, `readResource`, …).
//
// node client.mjs MODULES VERSION ROOT|- FOLDER PROGRAM [ARGUMENT…]
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [modules, version, root, cwd, command, ...args] = process.argv.slice(2);
const resolve = createRequire(`${modules}/`).resolve;
const load = (name) => import(pathToFileURL(resolve(name)).href);
const { Client } = await load("@modelcontextprotocol/client");
const { StdioClientTransport } = await load("@modelcontextprotocol/client/stdio");

const capabilities = root === "-" ? {} : { roots: {} };
const mode = version >= "2026-07-28" ? { pin: version } : "legacy";
const client = new Client({ name: "claude-code", version: "1" }, { capabilities, versionNegotiation: { mode } });
if (root !== "-") client.setRequestHandler("roots/list", async () => ({ roots: [{ uri: root }] }));
await client.connect(new StdioClientTransport({ command, args, cwd, env: process.env }));
for await (const line of createInterface({ input: process.stdin })) {
  const [method, argument] = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await client[method](argument)) ?? null };
  } catch (error) {
    answer = { code: error.code, error: error.message };
  }
  console.log(JSON.stringify(answer));
}
await client.close();
