import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ATTRIBUTES } from '../../../src/core/services/initialize.js'
import { registerMergeDrivers } from '../../../src/core/git/merge-driver-config.js'
import { noteLine } from '../../support/events.js'
import { Clone } from './clone.js'
import { tempFolder } from '../../support/temp-folder.js'

/** A `kitty` that ends with this shell line instead of merging. */
export function pathWithBroken(line: string): string {
  const folder = tempFolder()
  writeFileSync(join(folder, 'kitty'), `#!/bin/sh\n${line}\n`)
  chmodSync(join(folder, 'kitty'), 0o755)
  return `${folder}${delimiter}${process.env['PATH'] ?? ''}`
}

/** A log that two branches have added to, with the drivers set. */
export async function diverged(pathToKitty: string): Promise<{ clone: Clone; ids: string[] }> {
  const clone = Clone.create(tempFolder(), ATTRIBUTES.join('\n'), { path: pathToKitty })
  registerMergeDrivers(clone.root)
  const ids = await clone.emit(2)
  clone.commit()
  clone.git('switch', '--quiet', '--create', 'theirs')
  ids.push(...(await clone.emit(2)))
  clone.commit()
  clone.git('switch', '--quiet', 'main')
  ids.push(...(await clone.emit(2)))
  clone.commit()
  return { clone, ids }
}

/** A merge of a log whose name would run a command, were it ever given to a shell. */
export function mergeUnderHostileName(path: string): { clone: Clone; file: string } {
  const clone = Clone.create(tempFolder(), '*.jsonl merge=kitty-events', { path })
  registerMergeDrivers(clone.root)
  const name = '.kittify/events/a$(touch PWNED)`touch PWNED`;touch PWNED;.jsonl'
  const put = (text: string): void => {
    clone.write(name, text)
    clone.commit()
  }
  put(noteLine(1))
  clone.git('switch', '--quiet', '--create', 'theirs')
  put(noteLine(1) + noteLine(2))
  clone.git('switch', '--quiet', 'main')
  put(noteLine(1) + noteLine(3))
  clone.git('merge', '--quiet', '--no-edit', 'theirs')
  return { clone, file: join(clone.root, name) }
}
