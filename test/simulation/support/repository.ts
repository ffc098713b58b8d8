import { mergeLines } from '../../../src/core/log/format/merge-lines.js'
import { type Disk, FileNode } from './disk.js'
import { Objects, type Tree } from './objects.js'
import type { Random } from './random.js'

const FOLDER = '.kittify/events'
const LOCK = '.git/index.lock'

/** A verb of git at work: kitty's calls happen between its steps. */
export type Verb = Generator<void, void>

/** One clone's git: branches, an index, and a work tree of which only the log matters. */
export class Repository {
  readonly branches = new Map<string, string>()
  branch = 'main'
  /** The blobs that git's index has for the log. */
  staged: Tree = new Map()
  /** What `git stash` put away: the log as it was. */
  stash: { readonly base: Tree; readonly work: Tree } | undefined

  constructor(
    readonly root: string,
    private readonly disk: Disk,
    private readonly random: Random,
    readonly objects = new Objects(),
  ) {
    for (const folder of [FOLDER, '.git/refs/heads', '.git/info', '.git/logs/refs/heads', '.git/kitty'])
      disk.makeFolders(`${root}/${folder}`)
    this.#file('.git/HEAD', 'ref: refs/heads/main\n')
  }

  get head(): string | undefined {
    return this.branches.get(this.branch)
  }

  /** An index.lock is there: git is at work, or was killed. */
  get isLocked(): boolean {
    return this.disk.find(`${this.root}/${LOCK}`) !== undefined
  }

  unlock(): void {
    if (this.isLocked) this.disk.remove(`${this.root}/${LOCK}`)
  }

  /** Tips of branches that HEAD does not contain, newest first. */
  beyondHead(): string[] {
    const inHead = this.objects.ancestors(this.head)
    return this.tips().filter((tip) => !inHead.has(tip))
  }

  tips(): string[] {
    const number = (id: string): number => this.objects.commitOf(id).number
    return [...new Set(this.branches.values())].sort((a, b) => number(b) - number(a))
  }

  /** The work tree's log now, as blobs. */
  work(): Map<string, string> {
    const folder = `${this.root}/${FOLDER}`
    const names = this.disk.namesIn(folder).filter((name) => name.endsWith('.jsonl'))
    return new Map(
      names.map((name) => [
        name,
        this.objects.blob(this.disk.bytesOf(`${folder}/${name}`) ?? Buffer.alloc(0)),
      ]),
    )
  }

  *commit(message: string): Verb {
    this.#lock()
    yield
    const tree = this.work()
    this.staged = tree
    const parents = this.head === undefined ? [] : [this.head]
    this.#moveBranch(this.objects.commit(parents, tree, message), `commit: ${message}`)
    this.unlock()
  }

  *newBranch(name: string): Verb {
    if (this.head === undefined) return
    yield
    this.branches.set(name, this.head)
    this.#file(`.git/refs/heads/${name}`, `${this.head}\n`)
    yield* this.checkout(name)
  }

  /** Refuses when the work tree has changes in files that differ, as git does, unless forced. */
  *checkout(name: string, force = false): Verb {
    const target = this.branches.get(name)
    if (target === undefined || (!force && this.#isInTheWay(this.objects.treeOf(target)))) return
    const isDone = yield* this.#bring(this.objects.treeOf(target))
    if (!isDone) return
    const from = this.head
    this.branch = name
    this.#file('.git/HEAD', `ref: refs/heads/${name}\n`)
    this.#reflog('.git/logs/HEAD', from, target, `checkout: moving to ${name}`)
    this.unlock()
  }

  *deleteBranch(name: string): Verb {
    if (name === this.branch || !this.branches.has(name)) return
    yield
    this.branches.delete(name)
    this.disk.remove(`${this.root}/.git/refs/heads/${name}`)
  }

  /** `git reset --hard`, to HEAD or some commits before it. */
  *reset(back: number): Verb {
    let target = this.head
    for (let at = 0; at < back && target !== undefined; at += 1)
      target = this.objects.commitOf(target).parents[0] ?? target
    if (target === undefined) return
    if (!(yield* this.#bring(this.objects.treeOf(target), true))) return
    if (target !== this.head) this.#moveBranch(target, `reset: moving to HEAD~${back}`)
    this.unlock()
  }

  /** `git checkout -- .kittify/events`. */
  *restore(): Verb {
    if (yield* this.#bring(this.staged, true)) this.unlock()
  }

  *stashAway(): Verb {
    if (this.head === undefined || this.stash !== undefined) return
    this.stash = { base: this.objects.treeOf(this.head), work: this.work() }
    yield* this.reset(0)
  }

  *stashPop(): Verb {
    const { stash } = this
    if (stash === undefined || this.#isInTheWay(stash.work)) return
    const merged = this.#merged(stash.base, this.work(), stash.work)
    if (!(yield* this.#bring(merged))) return
    this.staged = this.objects.treeOf(this.head)
    this.stash = undefined
    this.unlock()
  }

  /** Of a branch or commit; commits immediately. Forward only where that is enough. */
  *merge(theirs: string): Verb {
    const target = this.branches.get(theirs) ?? theirs
    const { head } = this
    if (head === undefined || this.objects.ancestors(head).has(target)) return
    const isForward = this.objects.ancestors(target).has(head)
    const tree = isForward
      ? this.objects.treeOf(target)
      : this.#merged(
          this.objects.treeOf(this.#base(head, target)),
          this.objects.treeOf(head),
          this.objects.treeOf(target),
        )
    if (this.#isInTheWay(tree)) return
    if (!(yield* this.#bring(tree))) return
    const made = isForward ? target : this.objects.commit([head, target], tree, `merge ${theirs}`)
    this.#moveBranch(
      made,
      `merge ${theirs}: ${isForward ? 'Fast-forward' : "Merge made by the 'ort' strategy."}`,
    )
    this.unlock()
  }

  /** Of the present branch onto another one: each commit of ours again, as one. */
  *rebase(onto: string): Verb {
    const target = this.branches.get(onto)
    const { head } = this
    if (target === undefined || head === undefined || this.objects.ancestors(head).has(target)) return
    if (this.#isDirty()) return
    const base = this.objects.treeOf(this.#base(head, target))
    if (!(yield* this.#bring(this.objects.treeOf(target)))) return
    yield
    const tree = this.#merged(base, this.objects.treeOf(target), this.objects.treeOf(head))
    if (!(yield* this.#bring(tree))) return
    this.#moveBranch(this.objects.commit([target], tree, 'rebased'), 'rebase (finish): returning')
    this.unlock()
  }

  /** Makes the work tree of `target`, file by file. @returns false when a file was in the way and git gave up */
  *#bring(target: Tree, isHard = false): Generator<void, boolean> {
    this.#lock()
    yield
    const now = isHard ? this.work() : this.staged
    for (const name of new Set([...now.keys(), ...target.keys()])) {
      const blob = target.get(name)
      if (now.get(name) === blob && (!isHard || this.staged.get(name) === blob)) continue
      // An untracked file stays.
      if (blob === undefined && !this.staged.has(name)) continue
      const path = `${this.root}/${FOLDER}/${name}`
      if (this.disk.find(path) !== undefined) this.disk.remove(path)
      yield
      if (blob === undefined) continue
      // Git makes the new file with O_EXCL.
      if (this.disk.find(path) !== undefined) {
        this.unlock()
        return false
      }
      const file = this.disk.create(path, FileNode, 0o644)
      file.namedBy = this.disk.folderOf(path).folder
      const bytes = this.objects.bytes(blob)
      const cut = this.random.chance(0.3) ? this.random.below(bytes.length + 1) : bytes.length
      let at = 0
      for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
        if (part.length === 0) continue
        yield
        // At its own offset: git does not append.
        file.write(at, part)
        file.touch(this.disk.now())
        at += part.length
      }
    }
    yield
    this.staged = target
    return true
  }

  /** Whether a file that would change is not as git's index has it. */
  #isInTheWay(target: Tree): boolean {
    const work = this.work()
    const names = new Set([...work.keys(), ...this.staged.keys(), ...target.keys()])
    return [...names].some(
      (name) => target.get(name) !== this.staged.get(name) && work.get(name) !== this.staged.get(name),
    )
  }

  #isDirty(): boolean {
    const work = this.work()
    return [...this.staged].some(([name, blob]) => work.get(name) !== blob)
  }

  /** With kitty's merge driver, where both sides have changed a file. */
  #merged(base: Tree, ours: Tree, theirs: Tree): Tree {
    const merged = new Map<string, string>()
    for (const name of new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])) {
      const [b, o, t] = [base.get(name), ours.get(name), theirs.get(name)]
      const versions = [b, o, t].flatMap((blob) => (blob === undefined ? [] : [this.objects.bytes(blob)]))
      const blob = o === t || t === b ? o : o === b ? t : this.objects.blob(mergeLines(versions).bytes)
      if (blob !== undefined) merged.set(name, blob)
    }
    return merged
  }

  #base(one: string, other: string): string | undefined {
    const ofOne = this.objects.ancestors(one)
    const common = [...this.objects.ancestors(other)].filter((id) => ofOne.has(id))
    return common.sort((a, b) => this.objects.commitOf(b).number - this.objects.commitOf(a).number)[0]
  }

  #lock(): void {
    if (!this.isLocked) this.#file(LOCK, '')
  }

  #moveBranch(to: string, message: string): void {
    const from = this.head
    this.branches.set(this.branch, to)
    this.#file(`.git/refs/heads/${this.branch}`, `${to}\n`)
    this.#reflog('.git/logs/HEAD', from, to, message)
    this.#reflog(`.git/logs/refs/heads/${this.branch}`, from, to, message)
  }

  #reflog(path: string, from: string | undefined, to: string, message: string): void {
    const line = `${from ?? '0'.repeat(40)} ${to} Ada <ada@example.com> 1763800000 +0000\t${message}\n`
    const old = this.disk.bytesOf(`${this.root}/${path}`) ?? Buffer.alloc(0)
    this.#file(path, Buffer.concat([old, Buffer.from(line)]))
  }

  #file(path: string, content: string | Buffer): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    this.disk.writeDurably(`${this.root}/${path}`, bytes)
  }
}
