/** Bytes. A hook's input names a session; agents also put the first prompt into it. */
const LIMIT = 1024 * 1024
/** An agent that leaves stdin open must not stop its own start. */
const WAIT_MS = 1_000

/** Reads what an agent writes to its hook; stops at the end, at the limit, or when nothing more comes. */
export async function hookInput(stdin: NodeJS.ReadStream): Promise<string> {
  if (stdin.isTTY) return ''
  const chunks: Buffer[] = []
  let bytes = 0
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, WAIT_MS)
    const end = (): void => {
      clearTimeout(timer)
      resolve()
    }
    stdin.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > LIMIT) end()
    })
    stdin.once('end', end).once('error', end)
  })
  stdin.destroy()
  return Buffer.concat(chunks).toString('utf8')
}
