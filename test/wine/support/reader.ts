import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tempFolder } from '../../support/temp-folder.js'
import { windowsPath } from './machine.js'
import { windowsNode } from './windows.js'

/** How a reader opens files: as Node does, which lets others do all but replace them, or with others kept out. */
export type Sharing = 'shared' | 'alone'

/**
 * Opens each file named, or below a folder named, for `ms`, one after the other, until told to stop. The flag is libuv's
 * UV_FS_O_EXLOCK, which on Windows shares nothing.
 */
const READER = `
import { closeSync, existsSync, openSync, readdirSync, statSync, writeFileSync } from 'node:fs'
const [stop, report, sharing, ms, ...paths] = process.argv.slice(2)
const flags = sharing === 'alone' ? 0x10000000 : 0
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const filesIn = (path) => statSync(path).isFile() ? [path] : readdirSync(path, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile()).map((entry) => entry.parentPath + '\\\\' + entry.name)
let held = 0
while (!existsSync(stop)) {
  for (const file of paths.flatMap(filesIn)) {
    try {
      const descriptor = openSync(file, flags)
      writeFileSync(report, String(++held))
      const until = Date.now() + Number(ms)
      while (Date.now() < until && !existsSync(stop)) await pause(10)
      closeSync(descriptor)
    } catch (error) {
      // Gone, or the writer has it open.
      if (error.code !== 'ENOENT' && error.code !== 'EBUSY') throw error
    }
  }
}
`

export interface Reader {
  /** How many files it has held so far. */
  held(): number
  /** Ends it. @throws Error with what it said unless it ended well */
  end(): Promise<void>
}

/** Starts a program of Windows that holds files, and waits until it has the first. @param paths of the host */
export async function startReader(sharing: Sharing, ms: number, paths: readonly string[]): Promise<Reader> {
  const outside = tempFolder()
  const place = (name: string): string => join(outside, name)
  writeFileSync(place('reader.mjs'), READER)
  const files = [place('stop'), place('report')].map(windowsPath)
  const running = windowsNode(
    { cwd: outside },
    place('reader.mjs'),
    ...files,
    sharing,
    String(ms),
    ...paths.map(windowsPath),
  )
  let hasEnded = false
  void running.finally(() => (hasEnded = true))
  const end = async (): Promise<void> => {
    writeFileSync(place('stop'), '')
    const { code, stderr } = await running
    if (code !== 0) throw new Error(`the reader exits ${String(code)}: ${stderr}`)
  }
  while (!existsSync(place('report'))) {
    if (hasEnded) await end()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return { held: () => Number(readFileSync(place('report'), 'utf8')), end }
}
