/**
 * Preload with `--import`: writes the program's peak resident memory, in KiB, to the file that KITTY_BENCH_PEAK names.
 */
import { writeFileSync } from 'node:fs'

process.on('exit', () => writeFileSync(process.env.KITTY_BENCH_PEAK, String(process.resourceUsage().maxRSS)))
