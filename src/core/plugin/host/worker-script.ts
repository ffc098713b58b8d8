import { join } from 'node:path'
import { ROOT } from '../../root.js'

/**
 * Path of the built module of this folder in which a thread starts. Threads can run neither TypeScript nor the bundle.
 */
export function workerScript(name: 'admission-worker' | 'hook-worker'): string {
  return join(ROOT, 'dist', 'core', 'plugin', 'host', `${name}.js`)
}
