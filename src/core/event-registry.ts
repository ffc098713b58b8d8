import type { Registry } from './events-lib.js'
import { token } from './token.js'

/** The event types of the library and of plugins. */
export const EventRegistry = token<Registry>('Registry')
