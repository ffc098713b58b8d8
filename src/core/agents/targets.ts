/** Which files each agent reads, and what kitty puts into them. docs/agents.md says where this is documented. */
import type { JsonEntry } from './json-entry.js'
import { MARKDOWN, type Markers, TOML } from './text-block.js'
import { BLOCK, CURSOR_RULE, GENERATED, SKILL } from './texts.js'

export const AGENTS = ['agents', 'claude', 'codex', 'copilot', 'cursor', 'gemini'] as const
export type AgentName = (typeof AGENTS)[number]

/** One file, by its path from the repository's root with slashes. */
export type Target =
  /** A part of a text file. */
  | { readonly kind: 'block'; readonly file: string; readonly content: string; readonly markers: Markers }
  /** Entries of a JSON file. `base` is what else a new file needs. */
  | {
      readonly kind: 'json'
      readonly file: string
      readonly entries: readonly JsonEntry[]
      readonly base: Readonly<Record<string, unknown>>
    }
  /** A whole file. A file there without `mark` is the user's. */
  | { readonly kind: 'own'; readonly file: string; readonly content: string; readonly mark: string }

const SERVER = { command: 'kitty', args: ['mcp'] } as const

const hookCommand = (agent: AgentName): string => `kitty prime --hook ${agent}`

/** An element that runs our hook, whatever else an earlier version or the user wrote around it. */
const runsOurHook =
  (agent: AgentName) =>
  (element: unknown): boolean =>
    JSON.stringify({ element }).includes(`"${hookCommand(agent)}"`)

const block = (file: string): Target => ({ kind: 'block', file, content: BLOCK, markers: MARKDOWN })
const skill = (folder: string): Target => ({
  kind: 'own',
  file: `${folder}/kitty/SKILL.md`,
  content: SKILL,
  mark: GENERATED,
})
const json = (file: string, entries: readonly JsonEntry[], base = {}): Target => ({
  kind: 'json',
  file,
  entries,
  base,
})
/** The form that Claude Code, Codex and Gemini share. Without a matcher it runs at a start and after a compaction. */
const sessionStart = (agent: AgentName): JsonEntry => ({
  path: ['hooks', 'SessionStart'],
  value: { hooks: [{ type: 'command', command: hookCommand(agent) }] },
  isOurs: runsOurHook(agent),
})

export const TARGETS: Readonly<Record<AgentName, readonly Target[]>> = {
  agents: [block('AGENTS.md'), skill('.agents/skills')],
  claude: [
    block('CLAUDE.md'),
    skill('.claude/skills'),
    json('.mcp.json', [{ path: ['mcpServers', 'kitty'], value: SERVER }]),
    json('.claude/settings.json', [sessionStart('claude')]),
  ],
  codex: [
    block('AGENTS.md'),
    skill('.agents/skills'),
    {
      kind: 'block',
      file: '.codex/config.toml',
      content: '[mcp_servers.kitty]\ncommand = "kitty"\nargs = ["mcp"]',
      markers: TOML,
    },
    json('.codex/hooks.json', [sessionStart('codex')]),
  ],
  copilot: [
    block('.github/copilot-instructions.md'),
    skill('.agents/skills'),
    json('.vscode/mcp.json', [{ path: ['servers', 'kitty'], value: { type: 'stdio', ...SERVER } }]),
    {
      kind: 'own',
      file: '.github/hooks/kitty.json',
      mark: hookCommand('copilot'),
      content: `${JSON.stringify(
        {
          version: 1,
          hooks: {
            sessionStart: [
              {
                type: 'command',
                bash: hookCommand('copilot'),
                powershell: hookCommand('copilot'),
                timeoutSec: 10,
              },
            ],
          },
        },
        null,
        2,
      )}\n`,
    },
  ],
  cursor: [
    { kind: 'own', file: '.cursor/rules/kitty.mdc', content: CURSOR_RULE, mark: GENERATED },
    skill('.agents/skills'),
    json('.cursor/mcp.json', [{ path: ['mcpServers', 'kitty'], value: SERVER }]),
    json(
      '.cursor/hooks.json',
      [
        {
          path: ['hooks', 'sessionStart'],
          value: { command: hookCommand('cursor') },
          isOurs: runsOurHook('cursor'),
        },
      ],
      { version: 1 },
    ),
  ],
  gemini: [
    block('GEMINI.md'),
    skill('.agents/skills'),
    json('.gemini/settings.json', [{ path: ['mcpServers', 'kitty'], value: SERVER }, sessionStart('gemini')]),
  ],
}
