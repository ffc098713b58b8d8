const TIMEOUT_MS = 10_000

/**
 * Runs git to look something up, with its answer's bytes. Takes no lock of git's and refreshes no index of its own.
 * @param input Lines for its standard input. @throws whatever made it fail.
 */
export function askGit(root: string, args: readonly string[], input?: readonly string[]): Buffer {
  // A git hook's own variables would point this git at another repository or a half-made index.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  const env = {
    ...Object.fromEntries(inherited),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
  }
  // Loaded here, since hardly any command comes this far.
  return process.getBuiltinModule('node:child_process').execFileSync('git', args, {
    cwd: root,
    env,
    ...(input && { input: `${input.join('\n')}\n` }),
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: TIMEOUT_MS,
    maxBuffer: Number.POSITIVE_INFINITY,
  })
}

export interface GitObject {
  readonly id: string
  readonly type: string
  readonly content: Buffer
}

/** These objects in this order, undefined for what does not exist (git-cat-file(1), "Batch output"). */
export function readObjects(root: string, names: readonly string[]): (GitObject | undefined)[] {
  if (names.length === 0) return []
  const output = askGit(root, ['cat-file', '--batch'], names)
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
