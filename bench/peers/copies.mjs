import { appendFileSync, readFileSync } from 'node:fs'

/** Repeats the only line of a JSONL file under other IDs, as the tool would have written them. */
export function copyLine(path, count, change) {
  const first = JSON.parse(readFileSync(path, 'utf8').trim())
  const copies = Array.from({ length: count - 1 }, (_, at) =>
    JSON.stringify({ ...first, ...change(at + 2, first) }),
  )
  appendFileSync(path, `${copies.join('\n')}\n`)
}
