import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tempFolder } from './temp-folder.js'

const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A user's data folder with plugins in it, as an installation leaves it. */
export class PluginHome {
  readonly folder = tempFolder()
  readonly #plugins: object[] = []

  /** Adds a plugin of plain JavaScript files. @returns its folder */
  add(
    name: string,
    files: Readonly<Record<string, string>>,
    manifest: Readonly<Record<string, unknown>> = {},
  ): string {
    const root = join(this.folder, 'node_modules', name)
    const oclif = { bin: 'kitty', commands: './commands', topicSeparator: ' ' }
    write(
      join(root, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', type: 'module', oclif, ...manifest }),
    )
    for (const [path, content] of Object.entries(files)) write(join(root, path), content)
    this.list({ name, type: 'user', tag: 'latest' })
    return root
  }

  list(plugin: object): void {
    this.#plugins.push(plugin)
    write(
      join(this.folder, 'package.json'),
      JSON.stringify({ name: 'kittify', private: true, oclif: { schema: 1, plugins: this.#plugins } }),
    )
  }

  /** Runs the built program as this user. */
  kitty(cwd: string, ...args: string[]): Ran {
    return this.kittyWith({}, cwd, ...args)
  }

  kittyWith(env: NodeJS.ProcessEnv, cwd: string, ...args: string[]): Ran {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(GIT_|KITTY_)/.test(name))
    const done = spawnSync(process.execPath, [PROGRAM, ...args], {
      cwd,
      encoding: 'utf8',
      env: {
        ...Object.fromEntries(inherited),
        KITTY_DATA_DIR: this.folder,
        KITTY_ACTOR: 'ada',
        GIT_CONFIG_GLOBAL: '/dev/null',
        ...env,
      },
    })
    return { code: done.status, stdout: done.stdout, stderr: done.stderr }
  }
}

/** Source of a command whose `run` has both decorators; `body` may use `this.eventStore`. */
export function commandSource(body: string, statics = ''): string {
  return `import { PluginCommand, KittyError, WithErrorStorage, WithEventStore } from 'kittify/plugin'
export default class Command extends PluginCommand {
  static summary = 'A command'
  ${statics}
  async run() { ${body} }
}
const run = Object.getOwnPropertyDescriptor(Command.prototype, 'run')
WithEventStore(Command.prototype, 'run', run)
WithErrorStorage(Command.prototype, 'run', run)
Object.defineProperty(Command.prototype, 'run', run)
`
}

/** Source of a definition; `hooks` and `types` are expressions. */
export function definitionSource(
  name: string,
  { hooks = '[]', types = '[]' }: { hooks?: string; types?: string } = {},
): string {
  return `import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { definePlugin, defineEventType, schema } from 'kittify/plugin/define'
export default definePlugin({ name: '${name}', eventTypes: ${types}, afterEvents: ${hooks} })
`
}

export const WITH_DEFINITION = { kitty: { api: 1, plugin: './plugin.js' } }

export function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  } catch {
    return []
  }
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
