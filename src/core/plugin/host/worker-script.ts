import { join } from 'node:path'
import { ROOT } from '../../root.js'

/** Path of a built module of this folder that a thread begins with: threads run no TypeScript, nor the bundle. */
export function workerScript(name: 'admission-worker' | 'hook-worker'): string {
  return join(ROOT, 'dist', 'core', 'plugin', 'host', `${name}.js`)
}
