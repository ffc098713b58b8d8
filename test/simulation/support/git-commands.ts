/** Stands for `core/git/git` in the program: what kitty asks git about its log, answered by the simulated repositories. */
import { GitRefusal } from '../../../src/core/git/git-failure.js'
import { treeObject } from './objects.js'
import type { Repository } from './repository.js'

export { GitRefusal }
export { QUESTION_TIMEOUT_MS } from '../../../src/core/git/git.js'

const FOLDER = '.kittify/events'
const repositories = new Map<string, Repository>()

export function useRepositories(all: readonly Repository[]): void {
  repositories.clear()
  for (const one of all) repositories.set(one.root, one)
}

function at(folder: string): Repository {
  const repository = repositories.get(folder)
  if (repository === undefined) throw new Error(`no repository is simulated in ${folder}`)
  return repository
}

export function git(
  folder: string,
  args: readonly string[],
  options: { input?: string | Buffer } = {},
): Buffer {
  const input = options.input === undefined ? [] : options.input.toString().split('\n').filter(Boolean)
  return askGit(folder, args, input) ?? Buffer.alloc(0)
}

/** @returns undefined for an answer of more than `most` bytes */
export function gitUpTo(
  folder: string,
  args: readonly string[],
  options: { input?: string | Buffer; most?: number },
): Buffer | undefined {
  const answer = git(folder, args, options)
  return answer.length > (options.most ?? Infinity) ? undefined : answer
}

export function askGit(
  folder: string,
  args: readonly string[],
  input: readonly string[] = [],
): Buffer | undefined {
  const repository = at(folder)
  const asked = args.filter((arg) => arg !== '-c' && !arg.startsWith('core.'))
  switch (`${asked[0]} ${asked[1]}`) {
    case 'cat-file --batch':
      return Buffer.concat(input.map((name) => objectAnswer(repository, name)))
    case 'cat-file --batch-check':
      return lines(input.map((name) => checkAnswer(repository, name)))
    case 'for-each-ref --sort=-committerdate':
      return lines(args.includes('--no-merged=HEAD') ? repository.beyondHead() : repository.tips())
    case 'rev-parse --show-prefix':
      return Buffer.from('\n')
    case 'ls-files -v':
      return fields([...repository.staged].map(([name, blob]) => `H 100644 ${blob} 0\t${FOLDER}/${name}`))
    case 'ls-files --unmerged':
      return fields([])
    case 'diff-files --raw':
      return fields(differing(repository))
    default:
      if (asked[1]?.startsWith('--batch-check=') === true)
        return lines(input.map((name) => checkAnswer(repository, name)))
      throw new Error(`the simulation does not know git ${args.join(' ')}`)
  }
}

export function askGitText(folder: string, args: readonly string[]): string | undefined {
  return askGit(folder, args)?.toString('utf8').replace(/\n$/, '')
}

export { askGitText as gitText }

export function resolveCommit(folder: string, revision: string): string | undefined {
  return objectOf(at(folder), revision)?.id
}

/** The program streams no objects in what is simulated, but loads what could. */
export function gitChunks(): never {
  throw new Error('the simulation does not stream objects')
}

export function askGitFields(folder: string, args: readonly string[]): string[] {
  const all = (askGit(folder, args)?.toString('utf8') ?? '').split('\0')
  return all.at(-1) === '' ? all.slice(0, -1) : all
}

function objectOf(
  repository: Repository,
  name: string,
): { id: string; type: string; content: Buffer } | undefined {
  const [revision = '', path] = name.split(':')
  const id = revision === 'HEAD' ? repository.head : revision
  if (id === undefined) return undefined
  if (path === undefined) {
    const object = repository.objects.find(id)
    return object && { id, ...object }
  }
  const tree = repository.objects.treeOf(id)
  return tree.size === 0 ? undefined : { ...treeObject(tree), type: 'tree' }
}

function objectAnswer(repository: Repository, name: string): Buffer {
  const object = objectOf(repository, name)
  if (object === undefined) return Buffer.from(`${name} missing\n`)
  const { id, type, content } = object
  return Buffer.concat([Buffer.from(`${id} ${type} ${content.length}\n`), content, Buffer.from('\n')])
}

function checkAnswer(repository: Repository, name: string): string {
  const object = objectOf(repository, name)
  return object === undefined ? `${name} missing` : `${object.id} ${object.type} ${object.content.length}`
}

/** git-diff-files(1), "Raw output format". */
function differing(repository: Repository): string[] {
  const work = repository.work()
  const none = '0'.repeat(40)
  return [...repository.staged].flatMap(([name, blob]) => {
    const now = work.get(name)
    if (now === blob) return []
    const [mode, status] = now === undefined ? ['000000', 'D'] : ['100644', 'M']
    return [`:100644 ${mode} ${blob} ${none} ${status}`, `${FOLDER}/${name}`]
  })
}

function lines(all: readonly string[]): Buffer {
  return Buffer.from(all.map((line) => `${line}\n`).join(''))
}

function fields(all: readonly string[]): Buffer {
  return Buffer.from(all.map((field) => `${field}\0`).join(''))
}
