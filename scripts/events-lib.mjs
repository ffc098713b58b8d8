// Manages the events library, which is pinned to a commit. See docs/events-lib.md.
import { fileURLToPath } from 'node:url'
import { EventsLibFailure } from './events-lib/failure.mjs'
import { treeOfFolder } from './events-lib/folder-tree.mjs'
import { installedVersion, markLinked, useFolder } from './events-lib/installed.mjs'
import { movePin } from './events-lib/move-pin.mjs'
import { readPin } from './events-lib/pin.mjs'
import { resolveLibrary } from './events-lib/resolve.mjs'
import { writeSchema } from './events-lib/schema.mjs'
import { writeStamp } from './events-lib/stamp.mjs'
import { verify } from './events-lib/verify.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '')
const say = (line) => process.stdout.write(`${line}\n`)
const FROM = {
  folder: 'the folder in this checkout, which has the pinned tree',
  linked: 'the folder in this checkout, as it is: it is linked',
  objects: "the pinned commit, from this repository's own objects",
  ssh: 'the pinned commit, fetched over SSH and verified',
  kept: 'the pinned commit, verified before',
}

const COMMANDS = {
  verify() {
    for (const line of verify(ROOT, readPin(ROOT))) say(line)
  },
  pin(commit) {
    const pin = movePin(ROOT, commit)
    say(`pinned: ${pin.path} at ${pin.commit}, tree ${pin.tree}`)
    if (treeOfFolder(ROOT, pin.path) !== pin.tree)
      say(
        `${pin.path} in this checkout is another one; take the pinned one: git checkout ${pin.commit} -- ${pin.path}`,
      )
    say("next: git commit -m 'Move the events library pin' package.json")
  },
  fetch() {
    const pin = readPin(ROOT)
    markLinked(ROOT, false)
    install(pin)
  },
  link() {
    const pin = readPin(ROOT)
    markLinked(ROOT, true)
    useFolder(ROOT, pin.path)
    say(`${pin.path} is now worked on in place; back to the pinned one: npm run events-lib -- fetch`)
  },
  async schema() {
    say(`wrote ${await writeSchema(ROOT, readPin(ROOT).path)}`)
  },
  /** For the build: installs the library that the program is compiled against, and records which one it is. */
  install() {
    install(readPin(ROOT))
  },
}

function install(pin) {
  const { from, modified } = resolveLibrary(ROOT, pin, process.env)
  const note = modified ? ', modified' : ''
  // A build from the pinned folder needs no message.
  if (from !== 'folder')
    process.stderr.write(`events library: ${FROM[from]} (${pin.commit.slice(0, 7)}${note})\n`)
  if (from === 'objects' || from === 'kept')
    process.stderr.write(
      `${pin.path} in this checkout is another one; to build on it: npm run events-lib -- link\n`,
    )
  const tree = modified ? (treeOfFolder(ROOT, pin.path) ?? '') : pin.tree
  writeStamp(ROOT, { version: installedVersion(ROOT), commit: pin.commit, tree, modified })
}

const [name, ...args] = process.argv.slice(2)
try {
  if (!Object.hasOwn(COMMANDS, name ?? '') || args.length > (name === 'pin' ? 1 : 0))
    throw new EventsLibFailure('usage: npm run events-lib -- verify | pin [COMMIT] | fetch | link | schema', [
      'docs/events-lib.md says what each does',
    ])
  await COMMANDS[name](...args)
} catch (error) {
  if (!(error instanceof EventsLibFailure)) throw error
  process.stderr.write(`${error.message}\n${error.steps.map((step) => `  → ${step}\n`).join('')}`)
  process.exitCode = 1
}
