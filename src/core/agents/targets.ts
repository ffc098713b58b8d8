/** Which files each agent reads, and what kitty puts into them. docs/agents.md says where this is documented. */
import type { JsonEntry } from './json-entry.js'
import { MARKDOWN, type Markers, TOML } from './text-block.js'
import { hasTable } from './toml-keys.js'
import { BLOCK, CURSOR_RULE, GENERATED, SKILL } from './texts.js'

export const AGENTS = ['agents', 'claude', 'codex', 'copilot', 'cursor', 'gemini'] as const
export type AgentName = (typeof AGENTS)[number]

/** One file, by its path from the repository's root with slashes. */
export type Target =
  /** A part of a text file. */
  | {
      readonly kind: 'block'
      readonly file: string
      readonly content: string
      readonly markers: Markers
      /** Whether the rest of the file has this already, from someone else. @throws UnusableToml */
      readonly isTaken?: (rest: string) => boolean
    }
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

/** Where agents name what a hook runs. Copilot has one command for each kind of shell. */
const COMMAND_KEYS = ['command', 'bash', 'powershell']

/** A hook that runs our command, whatever else an earlier version or the user wrote into it. */
const runsOurs =
  (agent: AgentName) =>
  (hook: unknown): boolean =>
    typeof hook === 'object' &&
    hook !== null &&
    COMMAND_KEYS.some((key) => Reflect.get(hook, key) === hookCommand(agent))

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
  isOurs: runsOurs(agent),
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
      isTaken: hasTable(['mcp_servers', 'kitty']),
    },
    json('.codex/hooks.json', [sessionStart('codex')]),
  ],
  copilot: [
    block('.github/copilot-instructions.md'),
    skill('.agents/skills'),
    json('.vscode/mcp.json', [{ path: ['servers', 'kitty'], value: { type: 'stdio', ...SERVER } }]),
    json(
      '.github/hooks/kitty.json',
      [
        {
          path: ['hooks', 'sessionStart'],
          value: {
            type: 'command',
            bash: hookCommand('copilot'),
            powershell: hookCommand('copilot'),
            timeoutSec: 10,
          },
          isOurs: runsOurs('copilot'),
        },
      ],
      { version: 1 },
    ),
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
          isOurs: runsOurs('cursor'),
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
