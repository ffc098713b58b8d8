import * as fs from 'node:fs'
import { afterEach, describe } from 'vitest'
import * as simulatedFs from '../simulation/support/node-fs.js'
import { Machine, useMachine } from '../simulation/support/machine.js'
import { tempFolder } from '../support/temp-folder.js'
import { describeFileSystem, type FileSystem } from './file-system.contract.js'

afterEach(() => {
  useMachine(undefined)
})

describe('the file system', () => {
  describeFileSystem(() => ({ fs, folder: tempFolder() }))
})

describe('the simulated file system', () => {
  describeFileSystem(() => {
    const machine = new Machine(1)
    useMachine(machine)
    machine.disk.makeFolders('/empty')
    // Cast: it has only the forms of these calls that the store uses.
    return { fs: simulatedFs as unknown as FileSystem, folder: '/empty' }
  })
})
