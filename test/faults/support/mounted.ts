import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { onTestFinished } from 'vitest'

/** Puts a file system of its own under a folder, with what was in it; gone after the test. Needs root. */
export function mountUnder(folder: string, options: string): void {
  const copy = `${folder}.copy`
  cpSync(folder, copy, { recursive: true, preserveTimestamps: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder])
  })
  mkdirSync(folder, { recursive: true })
  cpSync(copy, folder, { recursive: true, preserveTimestamps: true })
}

/** Makes what `mountUnder` mounted read-only. */
export function remountReadOnly(folder: string): void {
  execFileSync('mount', ['-o', 'remount,ro', folder])
}
