import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ATTRIBUTES } from '../../../src/core/services/initialize.js'
import { registerMergeDrivers } from '../../../src/core/git/merge-driver-config.js'
import { Clone, type CloneOptions, idIn } from './clone.js'

/** How git was told to merge the log. */
export const SET_UPS = {
  'the driver set': { attributes: ATTRIBUTES.join('\n'), driver: true },
  'merge=union': { attributes: '.kittify/events/*.jsonl text eol=lf merge=union', driver: false },
  'the driver named but not set': { attributes: ATTRIBUTES.join('\n'), driver: false },
  'no attribute': { attributes: '', driver: false },
  '-merge': { attributes: '.kittify/events/*.jsonl text eol=lf -merge', driver: false },
} as const

export type SetUp = keyof typeof SET_UPS

export const STYLES = ['merge', 'diff3', 'zdiff3'] as const

/** One cell's repository: a log with three events on `main`, and what must be in it at the end. */
export class Cell extends Clone {
  /** Ids of everything emitted so far. */
  readonly emitted: string[] = []

  static async make(root: string, setUp: SetUp, style: string, options: CloneOptions): Promise<Cell> {
    const { attributes, driver } = SET_UPS[setUp]
    Clone.create(root, attributes, options)
    const cell = new Cell(root, options)
    cell.git('config', 'merge.conflictStyle', style)
    if (driver) registerMergeDrivers(root)
    return cell
  }

  /** Emits and commits. */
  async add(count = 1): Promise<string[]> {
    const ids = await this.emit(count)
    this.emitted.push(...ids)
    this.commit()
    return ids
  }

  /** `count` events on a branch of its own that starts here, then back. */
  async addOn(branch: string, count = 1): Promise<string[]> {
    this.git('switch', '--quiet', '--create', branch)
    const ids = await this.add(count)
    this.git('switch', '--quiet', 'main')
    return ids
  }

  /** Rewrites the day's file as no command of kitty's would, and commits it. */
  edit(change: (text: string) => string): void {
    writeFileSync(this.day, change(readFileSync(this.day, 'utf8')))
    this.commit('by hand')
  }

  dropFinalNewline(): void {
    this.edit((text) => text.replace(/\n$/, ''))
  }

  dropLine(at: number): void {
    this.edit((text) => text.split('\n').toSpliced(at, 1).join('\n'))
  }

  /** Commits the file with Windows line ends in git's own storage, past every attribute. */
  commitWithCrlf(): void {
    const content = readFileSync(this.day, 'utf8').replaceAll('\n', '\r\n')
    const file = join(this.root, 'crlf.tmp')
    writeFileSync(file, content)
    const id = this.git('hash-object', '-w', '--no-filters', file).trim()
    rmSync(file)
    this.git('update-index', '--cacheinfo', `100644,${id},.kittify/events/2026-11-22.jsonl`)
    this.git('commit', '--quiet', '--message', 'with Windows line ends')
    this.git('checkout', '--quiet', '--force', 'HEAD')
    // An attribute makes git show such a file as changed: a user who sees that commits it.
    if (this.isDirty()) this.commit('as git shows it')
  }

  /**
   * Goes on with what git has begun until it is done, as a person does who knows nothing of logs: a kitty command,
   * `git add`, continue.
   */
  async conclude(): Promise<void> {
    for (let round = 0; round < 10; round += 1) {
      await this.settle()
      const isOpen = this.git('ls-files', '--unmerged') !== ''
      const operation = this.#operation()
      if (!isOpen && operation === undefined) return
      this.git('add', '--all')
      if (operation === undefined) return
      if (this.tryGit(operation, '--continue').code === 0) continue
      if (operation !== 'merge' && this.git('ls-files', '--unmerged') === '') this.tryGit(operation, '--skip')
    }
    throw new Error(`git does not come to an end: ${this.git('status')}`)
  }

  #operation(): string | undefined {
    const found = Object.entries(OPERATIONS).find(([file]) => existsSync(join(this.root, '.git', file)))
    return found?.[1]
  }
}

const OPERATIONS = {
  'rebase-merge': 'rebase',
  'rebase-apply': 'rebase',
  CHERRY_PICK_HEAD: 'cherry-pick',
  REVERT_HEAD: 'revert',
  MERGE_HEAD: 'merge',
}

/** What is wrong with a log that is to hold each of these events once; empty when nothing is. */
export async function faultsOf(cell: Clone, expected: readonly string[]): Promise<string[]> {
  const wanted = [...expected].sort()
  const faults: string[] = []
  const compare = (what: string, ids: readonly string[]): void => {
    const sorted = [...ids].sort()
    if (sorted.join() !== wanted.join())
      faults.push(`${what}: wanted ${wanted.join(' ')}, found ${sorted.join(' ')}`)
  }
  compare('the next command reads', await cell.ids())
  await cell.settle()
  compare('after the next write the file has', cell.rawLines().map(idIn))
  const problems = await cell.run((store) => store.problems())
  faults.push(...problems.map(({ file, line, message }) => `${file}:${line}: ${message}`))
  cell.commit('at the end')
  compare('HEAD has', cell.committedLines().map(idIn))
  return faults
}
