/** Loaded before a program with `--import`: writes its peak resident memory, in KiB, to the file KITTY_BENCH_PEAK names. */
import { writeFileSync } from 'node:fs'

process.on('exit', () => writeFileSync(process.env.KITTY_BENCH_PEAK, String(process.resourceUsage().maxRSS)))
