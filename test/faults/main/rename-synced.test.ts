import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { node } from '../../support/program.js'
import { tempFolder } from '../../support/temp-folder.js'
import { shimmed } from '../support/shim.js'
import { isThere } from '../support/tools.js'

if (!isThere('gcc')) process.stderr.write('renamed files skipped: gcc is not on this machine\n')

const BUILT = new URL('../../../dist/core/files/rename-synced.js', import.meta.url).href
const SCRIPT = `import { renameSynced } from ${JSON.stringify(BUILT)}
const [, , from, to] = process.argv
try { renameSynced(from, to) } catch (error) { process.stdout.write(error.code) }`

describe.runIf(isThere('gcc'))('a file that is renamed over another one', () => {
  let folder: string

  /** @returns the code of what was thrown, and what is under the name afterwards */
  const renamed = async (...rules: string[]): Promise<readonly [string, string]> => {
    const script = join(tempFolder(), 'rename.mjs')
    writeFileSync(script, SCRIPT)
    const [from, to] = [join(folder, 'new'), join(folder, 'old')]
    const { stdout } = await node({ cwd: folder, env: shimmed(...rules) }, script, from, to)
    return [stdout, readFileSync(to, 'utf8')]
  }

  beforeEach(() => {
    folder = tempFolder()
    for (const name of ['old', 'new']) writeFileSync(join(folder, name), name)
  })

  it('has the name, on disk', async () => {
    expect(await renamed()).toEqual(['', 'new'])
  })

  it('has it not where too many files are open to sync it', async () => {
    expect(await renamed(`look:${folder}:1:E24`)).toEqual(['EMFILE', 'old'])
  })

  it('has it where the disk fails to sync it, and that is said', async () => {
    expect(await renamed(`sync:${folder}:1:E5`)).toEqual(['EIO', 'new'])
  })
})
