import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isLeftTemporary } from '../../../src/core/files/left-temporaries.js'
import { writePrivateFile } from '../../../src/core/files/private-file.js'
import { replaceFile } from '../../../src/core/files/replace-file.js'
import { ownName } from '../../../src/core/platform/own-name.js'
import { tempFolder } from '../../support/temp-folder.js'

it('names no file as another call does, and says which process to look for', () => {
  const names = Array.from({ length: 1000 }, ownName)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(name.split('-')[0]).toBe(String(process.pid))
  expect(isLeftTemporary(`.WP01.md.${ownName()}.tmp`)).toBe(false)
  expect(isLeftTemporary(`.WP01.md.${ownName().replace(/^\d+/, '999999999')}.tmp`)).toBe(true)
})

it.each([
  ['replaced', 'WP01.md', (path: string) => replaceFile(path, Buffer.from('ours'))],
  ['private', 'leases.json', (path: string) => writePrivateFile(path, 'ours')],
])('a %s file is written past what a process with the same ID writes next to it', (_, name, write) => {
  const folder = tempFolder()
  const path = join(folder, name)
  const theirs = [`${path}.${process.pid}.tmp`]
  for (let at = 1; at <= 100; at += 1) theirs.push(join(folder, `.${name}.${process.pid}-${at}.tmp`))
  for (const file of theirs) writeFileSync(file, 'theirs')
  write(path)
  expect(readFileSync(path, 'utf8')).toBe('ours')
  for (const file of theirs) expect(readFileSync(file, 'utf8')).toBe('theirs')
})
