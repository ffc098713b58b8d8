import type { AgentName } from './targets.js'

/** Agents whose session hook runs `kitty prime --hook NAME`. */
export const HOOKED = [
  'claude',
  'codex',
  'copilot',
  'cursor',
  'gemini',
] as const satisfies readonly AgentName[]
export type HookedAgent = (typeof HOOKED)[number]

/** Identifiers that need no quoting in any shell. Any other text from an agent's input is ignored. */
const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/** Where agents name the session in the document that they write to a hook's stdin. */
const SESSION_KEYS = ['session_id', 'sessionId', 'conversation_id']

/** Returns the session's id from a hook's input; undefined if it has none that is safe to repeat. */
export function sessionOf(input: string): string | undefined {
  let document: unknown
  try {
    document = JSON.parse(input)
  } catch {
    return undefined
  }
  if (typeof document !== 'object' || document === null) return undefined
  const ids = SESSION_KEYS.map((key): unknown => Reflect.get(document, key))
  return ids.find((id): id is string => typeof id === 'string' && SAFE_ID.test(id))
}

/** A line for the file from which Claude Code sets the variables of the shells it starts. */
export function environmentLine(session: string): string {
  return `export KITTY_SESSION=${session}\n`
}

/**
 * The answer that an agent adds to the session's context, in the agent's own form. Cursor sets variables from it;
 * for Codex, Copilot and Gemini, which set none, the text must say what to export.
 */
export function hookAnswer(agent: HookedAgent, context: string, session: string | undefined): object {
  const specific = { hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext: context } }
  switch (agent) {
    case 'claude':
    case 'codex':
    case 'gemini':
      return specific
    case 'copilot':
      // The command line reads the first key, the editor the second.
      return { additionalContext: context, ...specific }
    case 'cursor':
      return {
        additional_context: context,
        ...(session !== undefined && { env: { KITTY_SESSION: session } }),
      }
    default:
      return agent satisfies never
  }
}

/**
 * True for agents that can take the variable from the hook, so that the agent itself need not set it. Claude Code takes it
 * from a file, if it names one.
 */
export function setsEnvironment(agent: HookedAgent): boolean {
  return agent === 'claude' || agent === 'cursor'
}
