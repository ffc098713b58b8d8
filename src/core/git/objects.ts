import { askGit } from './git.js'

export interface GitObject {
  readonly id: string
  readonly type: string
  readonly content: Buffer
}

/**
 * Returns these objects in this order, undefined for what does not exist (git-cat-file(1), "Batch output").
 * @throws KittyError if git fails.
 */
export function readObjects(root: string, names: readonly string[]): (GitObject | undefined)[] {
  if (names.length === 0) return []
  const output = askGit(root, ['cat-file', '--batch'], names) ?? Buffer.alloc(0)
  const objects: (GitObject | undefined)[] = []
  for (let at = 0; at < output.length;) {
    const start = output.indexOf(0x0a, at) + 1
    const [, id, type, size] =
      /^([0-9a-f]{40,64}) ([a-z]+) ([0-9]+)\n$/.exec(output.toString('latin1', at, start)) ?? []
    at = start
    const isThere = id !== undefined && type !== undefined
    objects.push(isThere ? { id, type, content: output.subarray(at, at + Number(size)) } : undefined)
    if (isThere) at += Number(size) + 1
  }
  return objects
}
