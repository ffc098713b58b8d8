import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { preloaded, PROGRAM } from './program.js'

/** The two generations of the protocol. */
export const GENERATIONS = ['2025', '2026'] as const
export type Generation = (typeof GENERATIONS)[number]

export interface ToolReply {
  readonly isError: boolean
  readonly text: string
  readonly document: Readonly<Record<string, unknown>>
}

export interface ClientFacts {
  /** What the client calls itself: the actor of what it writes. */
  readonly name?: string
  readonly generation?: Generation
  readonly args?: readonly string[]
}

/** A server process to speak to by hand. */
export function startServer(cwd: string): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [PROGRAM, 'mcp'], { cwd, env: ENVIRONMENT })
}

const ENVIRONMENT = { PATH: process.env['PATH'] ?? '', GIT_CONFIG_GLOBAL: '/dev/null', ...preloaded() }

/** The SDK's client on a server process of its own. */
export class McpClient {
  private constructor(readonly client: Client) {}

  static async connect(
    cwd: string,
    { name = 'ada', generation = '2025', args = [] }: ClientFacts = {},
  ): Promise<McpClient> {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [PROGRAM, 'mcp', ...args],
      cwd,
      env: ENVIRONMENT,
      stderr: 'ignore',
    })
    const client = new Client(
      { name, version: '1' },
      { versionNegotiation: { mode: generation === '2025' ? 'legacy' : { pin: '2026-07-28' } } },
    )
    await client.connect(transport)
    return new McpClient(client)
  }

  async call(name: string, given: Record<string, unknown> = {}): Promise<ToolReply> {
    const result = await this.client.callTool({ name, arguments: given })
    const [content] = result.content
    return {
      isError: result.isError === true,
      text: content?.type === 'text' ? content.text : '',
      // A cast: each of our tools answers with an object.
      document: result.structuredContent as Record<string, unknown>,
    }
  }

  close(): Promise<void> {
    return this.client.close()
  }
}
