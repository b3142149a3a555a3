// Plays OpenCode for the plugin in the file that is named first: the calls that OpenCode makes of a session, with what
// became of them as JSON on stdout.
import { pathToFileURL } from "node:url"

const exported = await import(pathToFileURL(process.argv[2]).href)
const names = Object.keys(exported)
const hooks = await exported[names[0]]({ directory: process.argv[3], worktree: process.argv[3], client: {}, project: {} })

const prompt = async (sessionID) => {
  const system = ["You are OpenCode."]
  await hooks["experimental.chat.system.transform"]({ sessionID, model: {} }, { system })
  return system
}
const call = async (command, output, exit) => {
  const result = { title: "", output, metadata: { exit } }
  await hooks["tool.execute.after"]({ tool: "bash", sessionID: "s1", callID: "c", args: { command } }, result)
  return result.output
}

const first = await prompt("s1")
const again = await prompt("s1")
const other = await prompt(undefined)
const fine = await call("ls", "README.md\n", 0)
const failed = await call("npm test", "no such script\n", 1)
await hooks["tool.execute.after"]({ tool: "task", sessionID: "s1", callID: "c", args: {} }, undefined)
const state = { status: "error", input: { filePath: "/x" }, error: "no such file" }
await hooks.event({ event: { type: "message.part.updated", properties: { part: { type: "tool", tool: "read", sessionID: "s1", state } } } })
await hooks.event({ event: { type: "server.connected", properties: {} } })
const later = await prompt("s1")
await hooks.event({ event: { type: "session.deleted", properties: { info: { id: "s2" } } } })
await hooks.dispose()
console.log(JSON.stringify({ names, first, again, other, fine, failed, later }))
