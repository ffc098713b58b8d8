import { createContainer } from '../../src/core/di/container.js'
import { CallTool, type ToolResult } from '../../src/core/mcp/call-tool.js'
import { TOOLS } from '../../src/core/mcp/tools.js'
import { testSession } from './session.js'

export type Call = (tool: string, given: Record<string, unknown>) => Promise<ToolResult>

/** The tools of `kitty mcp` in this process, for a client named ada. */
export async function toolCalls(root: string): Promise<Call> {
  const tools = await createContainer(testSession({ cwd: root })).resolve(CallTool)
  return (name, given) => {
    const tool = TOOLS[name]
    if (tool === undefined) throw new Error(`no tool ${name}`)
    return tools.call(name, tool, given, { actor: 'ada', session: 'S1' })
  }
}
