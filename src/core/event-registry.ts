import type { Registry } from './events-lib.js'
import { token } from './token.js'

/** Event types: the library's own and those of plugins. */
export const EventRegistry = token<Registry>('Registry')
