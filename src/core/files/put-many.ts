import { dirname } from 'node:path'
import { isKittyError, type KittyError } from '../errors/kitty-error.js'
import { syncFolder } from './open-file.js'
import { holds, savedByOthers } from './put-over.js'
import { Replacement } from './replace-file.js'
import { assertPlaceForFile } from './work-tree.js'

export interface NewContent {
  readonly path: string
  /** What the file held when it was read; undefined for none. What someone else has saved since stays. */
  readonly before: Buffer | undefined
  readonly bytes: Buffer
}

/** How many files are open at a time. Some systems allow a process no more than 256. */
const WAVE = 64

/**
 * Replaces many files as durably as one: after any crash each holds either its old bytes or its new ones. Syncs the
 * files of a wave together and each folder once, since syncing one file after another would dominate the cost.
 * @returns why files were not written, by path
 */
export async function putManyInside(
  root: string,
  contents: readonly NewContent[],
): Promise<ReadonlyMap<string, KittyError>> {
  const failures = new Map<string, KittyError>()
  const folders = new Set<string>()
  for (let at = 0; at < contents.length; at += WAVE)
    for (const path of await putWave(root, contents.slice(at, at + WAVE), failures))
      folders.add(dirname(path))
  for (const folder of folders) syncFolder(folder)
  return failures
}

/** @returns the paths that were written */
async function putWave(
  root: string,
  contents: readonly NewContent[],
  failures: Map<string, KittyError>,
): Promise<string[]> {
  const replacements: Replacement[] = []
  const before = new Map(contents.map((content) => [content.path, content.before]))
  try {
    for (const { path, bytes } of contents)
      keepFailure(path, failures, () => {
        assertPlaceForFile(root, path)
        replacements.push(new Replacement(path, bytes))
      })
    const synced = await Promise.allSettled(replacements.map((one) => one.syncBeside()))
    return replacements.flatMap((one, at) => {
      const outcome = synced[at]
      const isTaken = keepFailure(one.path, failures, () => {
        if (outcome?.status === 'rejected') throw outcome.reason
        if (!holds(one.path, before.get(one.path))) throw savedByOthers(one.path)
        one.take()
      })
      return isTaken ? [one.path] : []
    })
  } finally {
    for (const one of replacements) one.discard()
  }
}

function keepFailure(path: string, failures: Map<string, KittyError>, action: () => void): boolean {
  try {
    action()
    return true
  } catch (error) {
    if (!isKittyError(error)) throw error
    failures.set(path, error)
    return false
  }
}
