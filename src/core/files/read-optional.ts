import { readFileSync } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'

/** A file's text, undefined where there is none. @throws the system's error for everything else */
export function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
