import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * The package's folder. Only this module computes it: dist/core, src/core and the bundle's folder, dist/bundle, are
 * equally deep, and the bundle defines both constants from its own location.
 */
export const ROOT = join(import.meta.dirname, '..', '..')

/** Node's require, for modules found at run time: native modules, and packages that may be missing. */
export const requireFromHere = createRequire(import.meta.url)
