import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** True where `fullDeviceAt` works: on Linux, as root, in a folder whose mount allows devices. */
export const CAN_MAKE_FULL_DEVICES = process.platform === 'linux' && process.getuid?.() === 0 && isAllowed()

if (!CAN_MAKE_FULL_DEVICES)
  process.stderr.write('skipped: making a device whose writes fail takes root, on Linux\n')

/** Makes a device like /dev/full: it opens, and each write to it fails with ENOSPC. */
export function fullDeviceAt(path: string): void {
  execFileSync('mknod', [path, 'c', '1', '7'])
}

function isAllowed(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'kitty-device-'))
  try {
    fullDeviceAt(join(folder, 'full'))
    closeSync(openSync(join(folder, 'full'), 'w'))
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true })
  }
}
