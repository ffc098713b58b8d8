import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The log's files in one state: text by name. */
export type LogState = ReadonlyMap<string, string>

interface Commit {
  readonly parents: readonly string[]
  readonly log: LogState
}

/** A repository's commits with the log in each, read from git once and then asked without it. */
export class CommitGraph {
  readonly #commits = new Map<string, Commit>()

  constructor(
    private readonly root: string,
    private readonly files: readonly string[],
  ) {}

  /** Where HEAD or a branch stands. A commit's own name is answered as it is. */
  resolve(name: string): string {
    if (/^[0-9a-f]{40}$/.test(name)) return name
    const path = join(
      this.root,
      '.git',
      name === 'HEAD' || name.startsWith('refs/') ? name : `refs/heads/${name}`,
    )
    const text = readFileSync(path, 'utf8').trim()
    return text.startsWith('ref: ') ? this.resolve(text.slice('ref: '.length)) : text
  }

  branches(): string[] {
    return readdirSync(join(this.root, '.git', 'refs', 'heads'))
  }

  log(name: string): LogState {
    return this.#commit(name).log
  }

  parents(name: string): readonly string[] {
    return this.#commit(name).parents
  }

  /** `name` and every commit before it. */
  ancestors(name: string): Set<string> {
    const found = new Set<string>()
    for (const open = [this.resolve(name)]; ;) {
      const commit = open.pop()
      if (commit === undefined) return found
      if (!found.has(commit)) open.push(...this.parents(commit))
      found.add(commit)
    }
  }

  /** The best common ancestors: those that no other common one descends from (git-merge-base(1)). */
  mergeBases(one: string, other: string): string[] {
    const ours = this.ancestors(one)
    const common = [...this.ancestors(other)].filter((commit) => ours.has(commit))
    const below = new Set(
      common.flatMap((commit) => [...this.ancestors(commit)].filter((each) => each !== commit)),
    )
    return common.filter((commit) => !below.has(commit))
  }

  #commit(name: string): Commit {
    const id = this.resolve(name)
    if (!this.#commits.has(id)) this.#read(id)
    const commit = this.#commits.get(id)
    if (commit === undefined) throw new Error(`there is no commit ${id}`)
    return commit
  }

  /** Whatever is new: one process for the names, one for the contents. */
  #read(asked: string): void {
    const listed = this.#git([
      'rev-list',
      asked,
      ...(existsSync(join(this.root, '.git', 'HEAD')) ? ['--all'] : []),
    ])
    const ids = listed
      .toString('latin1')
      .split('\n')
      .filter((id) => id !== '' && !this.#commits.has(id))
    const names = ids.flatMap((id) => [id, ...this.files.map((file) => `${id}:.kittify/events/${file}`)])
    const objects = parseBatch(this.#git(['cat-file', '--batch'], names.join('\n')))
    for (const [at, id] of ids.entries()) {
      const [header = '', ...texts] = objects.slice(
        at * (1 + this.files.length),
        (at + 1) * (1 + this.files.length),
      )
      const parents = [...header.matchAll(/^parent ([0-9a-f]{40})$/gm)].flatMap((match) => match[1] ?? [])
      const log = new Map(
        this.files.flatMap((file, each) => (texts[each] === undefined ? [] : [[file, texts[each]] as const])),
      )
      this.#commits.set(id, { parents, log })
    }
  }

  #git(args: readonly string[], input?: string): Buffer {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: this.root, input, maxBuffer: 1024 ** 3 })
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr.toString()}`)
    return stdout
  }
}

/** The contents in order; undefined for what is missing. */
function parseBatch(output: Buffer): (string | undefined)[] {
  const contents: (string | undefined)[] = []
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(0x0a, at)
    const size = / ([0-9]+)$/.exec(output.toString('latin1', at, end))?.[1]
    contents.push(size === undefined ? undefined : output.toString('utf8', end + 1, end + 1 + Number(size)))
    at = end + 1 + (size === undefined ? 0 : Number(size) + 1)
  }
  return contents
}
