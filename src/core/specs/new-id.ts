import { splitFrontMatter } from './front-matter.js'

/** A package's file under another ID: its name, and its bytes with that ID in the front matter. The rest stays. */
export function renumbered(name: string, bytes: Buffer, id: string): { name: string; bytes: Buffer } {
  const block = splitFrontMatter(bytes)
  const newName = name.replace(/^wp\d{1,9}/i, id)
  if (block.kind !== 'found') return { name: newName, bytes }
  const head = bytes.toString('latin1', block.start, block.end)
  const changed = head.replace(/^(["']?work_package_id["']?[ \t]*:[ \t]*["']?)wp\d{1,9}/im, `$1${id}`)
  return {
    name: newName,
    bytes: Buffer.concat([
      bytes.subarray(0, block.start),
      Buffer.from(changed, 'latin1'),
      bytes.subarray(block.end),
    ]),
  }
}
