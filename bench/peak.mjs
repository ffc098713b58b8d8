/**
 * Preload with `--import`: writes the program's peak resident memory, in KiB, to the file that KITTY_BENCH_PEAK names.
 */
import { readFileSync, writeFileSync } from 'node:fs'

process.on('exit', () => writeFileSync(process.env.KITTY_BENCH_PEAK, String(peak())))

/** `maxRSS` is on Linux at least what the process that started this one had at that moment. */
function peak() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS
  return /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]
}
