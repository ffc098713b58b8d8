/** The eight tools. Their list is part of every session's context, so each word in it must earn its place. */
import type { ArgumentSchema, Tool } from './tool.js'
import { board } from './tools/board.js'
import { conflicts } from './tools/conflicts.js'
import { history } from './tools/history.js'
import { move } from './tools/move.js'
import { next } from './tools/next.js'
import { plan } from './tools/plan.js'
import { record } from './tools/record.js'
import { show } from './tools/show.js'

export const TOOLS: Readonly<Record<string, Tool>> = {
  board,
  next,
  show,
  move,
  record,
  conflicts,
  history,
  plan,
}

/** A tool as the protocol lists it. */
interface ToolListing {
  name: string
  description: string
  inputSchema: { type: 'object'; properties: Record<string, ArgumentSchema>; required?: string[] }
  annotations?: { readOnlyHint: boolean }
}

/** The answer to `tools/list`. */
export function toolList(): ToolListing[] {
  return Object.entries(TOOLS).map(([name, { description, properties, required, readOnly }]) => ({
    name,
    description,
    inputSchema: { type: 'object', properties, ...(required !== undefined && { required }) },
    ...(readOnly === true && { annotations: { readOnlyHint: true } }),
  }))
}
