import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { shims } from '../../support/kitty.js'
import { loggedEvents, type LoggedEvent } from '../../support/log-files.js'
import { preparedRepository } from '../../support/prepared-repository.js'
import { documentOf, failureIn, kitty, type Outcome } from '../../support/program.js'
import { tempFolder } from '../../support/temp-folder.js'

export const FEATURE = '001-login'
/** A package in a document of `status`. */
export interface Shown {
  readonly work_package: string
  readonly title: string
  readonly lane: string
  readonly actor: string | null
  readonly marks: readonly { readonly mark: string; readonly text: string }[]
}

/** One clone of a repository whose packages are synced and committed, used through the built program and git alone. */
export class Clone {
  private constructor(
    readonly root: string,
    readonly actor: string,
  ) {}

  /** Packages of title A without keys else; and the given front matter, by ID. */
  static async start(packages: Readonly<Record<string, string>>): Promise<Clone> {
    const { root } = await preparedRepository({})
    const clone = new Clone(root, 'ada')
    for (const [id, keys] of Object.entries(packages)) clone.add(id, keys)
    await clone.ok('sync')
    clone.commit('packages')
    return clone
  }

  /** A clone by git, which knows of kitty what the repository has. */
  clone(actor: string): Clone {
    const root = join(tempFolder(), 'clone')
    execFileSync('git', ['clone', '--quiet', this.root, root])
    return new Clone(root, actor)
  }

  add(id: string, keys = ''): void {
    this.write(this.fileOf(id), `---\nwork_package_id: ${id}\ntitle: A\n${keys}---\n\n# ${id}\n`)
  }

  fileOf(id: string): string {
    return `kitty-specs/${FEATURE}/tasks/${id}-part.md`
  }

  read(id: string): string {
    return readFileSync(join(this.root, this.fileOf(id)), 'utf8')
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    writeFileSync(join(this.root, path), text)
  }

  /** Rewrites one key of a package's front matter. */
  set(id: string, key: string, value: string): void {
    const lines = this.read(id).split('\n')
    const at = lines.findIndex((line) => line.startsWith(`${key}: `))
    if (at === -1) throw new Error(`${id} has no ${key}`)
    lines[at] = `${key}: ${value}`
    this.write(this.fileOf(id), lines.join('\n'))
  }

  git(...args: readonly string[]): string {
    const name = this.actor
    const who = ['-c', `user.name=${name}`, '-c', `user.email=${name}@example.org`]
    const env = { ...process.env, ...shims(), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
    return execFileSync('git', [...who, ...args], { cwd: this.root, env, encoding: 'utf8', stdio: 'pipe' })
  }

  /** @param paths all by default */
  commit(message: string, ...paths: readonly string[]): void {
    this.git('add', '--all', ...paths)
    this.git('commit', '--quiet', '--allow-empty', '--message', message, ...paths)
  }

  /** Merges what the other clone has committed. @param text what a package's file says where it clashes */
  merge(other: Clone, text: Readonly<Record<string, string>> = {}): void {
    this.git('fetch', '--quiet', other.root, 'main')
    try {
      this.git('merge', '--quiet', '--no-edit', 'FETCH_HEAD')
    } catch (error) {
      if (Object.keys(text).length === 0) throw error
      for (const [id, file] of Object.entries(text)) this.write(this.fileOf(id), file)
      this.commit('merged')
    }
  }

  /** Takes over the lines of the other clone's log and nothing else, as a hub does. */
  take(other: Clone): void {
    const own = new Set(this.events().map(({ event_id }) => event_id))
    const lines = other.events().filter(({ event_id }) => !own.has(event_id))
    const day = lines[0]?.timestamp.slice(0, 10) ?? ''
    const path = `.kittify/events/${day}.jsonl`
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    this.write(path, readFileSync(join(this.root, path), 'utf8') + text)
  }

  kitty(...args: readonly string[]): Promise<Outcome> {
    return kitty({ cwd: this.root, env: { KITTY_ACTOR: this.actor } }, ...args, '--json')
  }

  async ok(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const outcome = await this.kitty(...args)
    if (outcome.code !== 0) throw new Error(`kitty ${args.join(' ')}: ${outcome.stdout}${outcome.stderr}`)
    return documentOf(outcome)
  }

  /** The refusal's kind and sentence. */
  async refused(...args: readonly string[]): Promise<string> {
    const outcome = await this.kitty(...args)
    if (outcome.code === 0) throw new Error(`not refused: kitty ${args.join(' ')}: ${outcome.stdout}`)
    const { kind, message } = failureIn(outcome)
    return `${kind}: ${message}`
  }

  events(type?: string, id?: string): LoggedEvent[] {
    return loggedEvents(this.root).filter(
      (event) =>
        (type === undefined || event.event_type === type) && (id === undefined || event.entity_id === id),
    )
  }

  /** The titles that events gave a package by a change. */
  titles(id: string): unknown[] {
    return this.events('WPChanged', id).map(({ payload }) => (payload['title'] as { new: unknown }).new)
  }

  async board(...args: readonly string[]): Promise<Readonly<Record<string, Shown>>> {
    const { features } = (await this.ok('status', '--feature', FEATURE, ...args)) as {
      features: readonly { readonly lanes: Readonly<Record<string, readonly Shown[]>> }[]
    }
    const all = features.flatMap(({ lanes }) => Object.values(lanes).flat())
    return Object.fromEntries(all.map((one) => [one.work_package, one]))
  }

  /** Open conflicts: package, register and the values that stand against each other. */
  async conflicts(): Promise<string[]> {
    const { conflicts } = (await this.ok('conflicts')) as {
      conflicts: readonly {
        readonly entity_id: string
        readonly register: string
        readonly events: readonly { readonly value: unknown }[]
      }[]
    }
    return conflicts.map(({ entity_id, register, events }) =>
      [
        entity_id,
        register,
        events
          .map(({ value }) => String(value))
          .sort()
          .join('/'),
      ].join(' '),
    )
  }
}
