/** Every lane change of the log, in order of the clock: one number per change in each column. */
export interface Columns {
  readonly lanes: readonly string[]
  readonly packages: readonly (readonly [feature: string, workPackage: string])[]
  readonly count: number
  readonly clocks: Float64Array
  /** Seconds since 1970. */
  readonly times: Uint32Array
  /** `package << 8 | lane` */
  readonly places: Uint32Array
}

/** @throws RangeError, SyntaxError where the answer is not whole. */
export function columnsOf(bytes: ArrayBuffer): Columns {
  const length = new DataView(bytes).getUint32(0, true)
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length))) as Pick<
    Columns,
    'lanes' | 'packages' | 'count'
  > // The server's, in lane-columns.ts.
  const column = (number: number): Uint32Array =>
    new Uint32Array(bytes, 4 + length + number * head.count * 4, head.count)
  let clock = 0
  const clocks = Float64Array.from(column(0), (distance) => (clock += distance))
  return { ...head, clocks, times: column(1), places: column(2) }
}

/** Changes up to a clock, that one included. */
export function upToClock({ clocks, count }: Columns, clock: number): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((clocks[middle] ?? Infinity) <= clock) low = middle + 1
    else high = middle
  }
  return low
}

/** By package, the number of its lane after the first so many changes; -1 where it is not there yet. */
export function lanesAfter({ places, packages }: Columns, changes: number): Int16Array {
  const lanes = new Int16Array(packages.length).fill(-1)
  for (let row = 0; row < changes; row += 1) {
    const place = places[row] ?? 0
    lanes[place >>> 8] = place & 0xff
  }
  return lanes
}

/** By `feature/WP01`, the lane after the first so many changes. */
export function boardAfter(columns: Columns, changes: number): Map<string, string> {
  const lanes = lanesAfter(columns, changes)
  return new Map(
    columns.packages.flatMap(([slug, id], number): [string, string][] => {
      const lane = columns.lanes[lanes[number] ?? -1]
      return lane === undefined ? [] : [[`${slug}/${id}`, lane]]
    }),
  )
}
