import { cpSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cloneIdentity } from '../../../src/core/log/format/writer-files.js'
import { TempRepository } from '../../support/temp-repository.js'
import { tempFolder } from '../../support/temp-folder.js'

describe('cloneIdentity', () => {
  it('stays when the clone is moved or reached by another path, and is another for a copy', () => {
    const { root } = new TempRepository()
    const before = cloneIdentity(join(root, '.git'))
    const elsewhere = tempFolder()
    symlinkSync(root, join(elsewhere, 'link'), 'junction')
    expect(cloneIdentity(join(elsewhere, 'link', '.git'))).toBe(before)
    cpSync(join(root, '.git'), join(elsewhere, 'copy'), { recursive: true })
    expect(cloneIdentity(join(elsewhere, 'copy'))).not.toBe(before)
    renameSync(join(root, '.git'), join(elsewhere, 'moved'))
    expect(cloneIdentity(join(elsewhere, 'moved'))).toBe(before)
  })
})
