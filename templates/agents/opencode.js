// Written by `git dream connect opencode`; `git dream connect opencode --remove` takes it away.
//
// Tells git-dream when a session begins, a tool comes back and a session ends, and puts what git-dream answers before
// the model. Whatever goes wrong here stays here: OpenCode goes on as if this file were not there.
import { spawn } from "node:child_process"

const PROGRAM = ["git", "dream"]
const PATIENCE_MS = 5000

// Runs the hook of an event and gives what it wants the model to be told; nothing where it says nothing in time.
function tell(event, told) {
  return new Promise((answer) => {
    let said = ""
    const nothing = () => answer("")
    try {
      const [program, ...before] = PROGRAM
      const child = spawn(program, [...before, "hook", event, "--agent", "opencode"], {
        cwd: told.cwd,
        stdio: ["pipe", "pipe", "ignore"],
        timeout: PATIENCE_MS,
        windowsHide: true,
      })
      child.on("error", nothing)
      child.stdin.on("error", nothing)
      child.stdout.on("data", (bytes) => (said += bytes))
      child.on("close", () => {
        try {
          answer(said.trim() ? (JSON.parse(said).additional_context ?? "") : "")
        } catch {
          nothing()
        }
      })
      child.stdin.end(JSON.stringify(told))
    } catch {
      nothing()
    }
  })
}

export const GitDream = async ({ directory }) => {
  // By session: what it began with, and what was said at calls whose result nothing can be put behind.
  const beginnings = new Map()
  const later = new Map()
  const told = (session, more) => ({ session_id: session, cwd: directory, ...more })

  return {
    "experimental.chat.system.transform": async ({ sessionID }, { system }) => {
      if (!sessionID) return
      if (!beginnings.has(sessionID)) beginnings.set(sessionID, tell("session.created", told(sessionID)))
      const texts = [await beginnings.get(sessionID), ...(later.get(sessionID) ?? [])]
      system.push(...texts.filter((text) => text))
    },

    "tool.execute.after": async ({ tool, sessionID, args }, output) => {
      if (typeof output?.output !== "string") return
      const text = await tell(
        "tool.execute.after",
        told(sessionID, {
          tool_name: tool,
          tool_input: args,
          tool_response: output.output,
          exit_code: output.metadata?.exit,
        }),
      )
      if (text) output.output += `\n\n${text}`
    },

    event: async ({ event }) => {
      const part = event.properties?.part
      if (event.type === "message.part.updated" && part?.type === "tool" && part.state?.status === "error") {
        const { input, error } = part.state
        const text = await tell(
          "tool.execute.after",
          told(part.sessionID, { tool_name: part.tool, tool_input: input, error }),
        )
        if (text) later.set(part.sessionID, [...(later.get(part.sessionID) ?? []), text])
      }
      if (event.type === "session.deleted") {
        const session = event.properties?.info?.id
        beginnings.delete(session)
        later.delete(session)
        await tell("session.deleted", told(session))
      }
    },

    dispose: async () => {
      await Promise.all([...beginnings.keys()].map((session) => tell("server.instance.disposed", told(session))))
    },
  }
}
