/** Stands for `core/git/merge-driver-config`: the simulated git has kitty's merge driver. */
export function ensureMergeDrivers(): string[] {
  return []
}
