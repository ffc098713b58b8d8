/** A copy of a file for a person's editor, in the private folder: the file itself never holds half an edit. */
import { basename, dirname, join } from 'node:path'
import { readPlain, type FileRead } from './read-plain.js'
import { replaceFile } from './replace-file.js'
import { storageError } from './storage-error.js'
import { makeFolder } from '../git/shared-folder.js'
import { removeTree } from '../platform/remove-path.js'

/**
 * @param folder one that no other draft uses
 * @param path the file that the copy is of: it keeps its name, from which editors tell its language
 * @returns the copy's path
 * @throws KittyError NotWritable, DiskFull
 */
export function makeDraft(folder: string, path: string, bytes: Buffer): string {
  const draft = join(folder, basename(path))
  try {
    makeFolder(folder)
  } catch (error) {
    throw storageError(error, folder, 'not stored')
  }
  replaceFile(draft, bytes)
  return draft
}

/** @param limit bytes */
export function readDraft(draft: string, limit: number): FileRead {
  return readPlain(draft, limit)
}

/** Removes the draft with its folder, where an editor may have left files of its own. */
export function removeDraft(draft: string): void {
  removeTree(dirname(draft))
}
