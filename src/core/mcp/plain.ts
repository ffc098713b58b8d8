import { terminalStyle } from '../cli/style.js'

/** Text for a model: no colors, no columns, nothing cut. */
export const PLAIN = terminalStyle({ env: {}, stream: {}, noColor: true })
