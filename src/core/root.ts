import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * The package's folder. This is the only module that asks where it is: dist/core, src/core and the bundle's folder,
 * dist/bundle, are equally deep, and the bundle defines both of these from its own place.
 */
export const ROOT = join(import.meta.dirname, '..', '..')

/** Node's require, for what is found at run time: native modules, and packages that are only looked for. */
export const requireFromHere = createRequire(import.meta.url)
