import { describe, expect, it } from 'vitest'
import { createRegistry, REVIEWED_WORKFLOW } from '../../../src/core/events-lib.js'
import { isKittyError } from '../../../src/core/errors/kitty-error.js'
import type { SourceFile } from '../../../src/core/transfer/document.js'
import { draftFault } from '../../../src/core/transfer/draft-fault.js'
import { IMPORTERS } from '../../../src/core/transfer/formats.js'
import { FeatureLog } from '../../../src/core/transfer/feature-log.js'
import { laneMap } from '../../../src/core/transfer/lane-map.js'
import { packageFileText } from '../../../src/core/transfer/package-file.js'
import { planImport } from '../../../src/core/transfer/plan-import.js'
import { file } from '../../support/transfer.js'

/** `KITTY_MUTATIONS=2000` tries that many per format, `KITTY_SEED` begins elsewhere. */
const RUNS = Number(process.env['KITTY_MUTATIONS'] ?? 120)
const FIRST = Number(process.env['KITTY_SEED'] ?? 1)
const REGISTRY = createRegistry()

const SOURCES: Readonly<Record<string, readonly SourceFile[]>> = {
  csv: [
    file(
      'tasks.csv',
      'id,title,status,priority,assignee,labels,dependencies,subtasks,created,kitty:lane\n' +
        'A-1,"One, ""two""",Done,high,ada,"red, blue",,"[x] T001 first; [ ] T002 second",2026-01-01T10:00:00Z,done\n' +
        'A-2,"Two\nlines",In Progress,1,@bob,red,"A-1;A-9",,2026-01-02 10:00,\nA-3,Three,,,,,A-2,,,planned\n',
    ),
  ],
  markdown: [
    file(
      'TODO.md',
      '# Plan\n\n## First\n- [ ] One **bold** @ada #red\n  - [x] a part\n  - [/] another\n- [x] Two ~~gone~~ (depends: One)\n' +
        '```\n- [ ] code\n```\n1. [>] Three\n\n## Second\n* [-] Four [link](http://x.y/?a=b)\n<!-- note -->\n+ [?] Five\n',
    ),
  ],
  backlog: [
    file(
      'backlog/config.yml',
      'project_name: "Shop"\nstatuses: ["To Do", "In Progress", "Done"]\ntask_prefix: "task"\n',
    ),
    file(
      'backlog/tasks/task-1 - One.md',
      "---\nid: task-1\ntitle: 'One: a title'\nstatus: In Progress\nassignee: ['@ada', bob]\ncreated_date: '2026-04-25 12:14'\n" +
        'labels: [red, blue]\ndependencies: [task-2]\nparent_task_id: task-2\npriority: high\nordinal: 1000\n---\n\n## Description\n\n' +
        '<!-- SECTION:DESCRIPTION:BEGIN -->\nWhat.\n<!-- SECTION:DESCRIPTION:END -->\n\n## Acceptance Criteria\n<!-- AC:BEGIN -->\n' +
        '- [ ] #1 First\n- [x] #2 Second\n<!-- AC:END -->\n\n## Implementation Notes\n\nDone <info>.\n',
    ),
    file(
      'backlog/completed/task-2 - Two.md',
      '---\nid: task-2\ntitle: Two\nstatus: Done\nassignee: []\nupdated_date: 2026-05-01\n---\nText\n',
    ),
  ],
}

const ODD = [
  '\0',
  '\u001b]0;x\u0007',
  '\u202e',
  '\u200b',
  '\ufeff',
  '\u{e0041}',
  '\ud800',
  '\r',
  '\n',
  '\n---\n',
  '"',
  "'",
  ',',
  ';',
  '\t',
  '- [ ] ',
  '```\n',
  '<!-- ',
  '-->',
  '{',
  '[[[[',
  '&a *a',
  '__proto__',
  'constructor',
  '../../x',
  '$(touch x)',
  '%s%n',
  '9'.repeat(400),
  'x'.repeat(70_000),
  'e\u0301',
  '2026-13-45T99:99:99Z',
  '-1',
  '1e999',
  'null',
]

/** A linear congruential generator: the same numbers for a seed, everywhere. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 0x1_0000_0000) * below)
  }
}

function mutated({ path, bytes }: SourceFile, next: (below: number) => number): SourceFile {
  let content = Buffer.from(bytes)
  for (let left = 1 + next(4); left > 0; left -= 1) {
    const [at, length] = [next(content.length + 1), next(40)]
    const [head, rest] = [content.subarray(0, at), content.subarray(at)]
    const odd = Buffer.from(ODD[next(ODD.length)] ?? '')
    const changes = [
      () => Buffer.concat([head, odd, rest]),
      () => Buffer.concat([head, odd, rest.subarray(length)]),
      () => Buffer.concat([head, rest.subarray(length)]),
      () => Buffer.concat([head, rest.subarray(0, length), rest]),
      () => Buffer.concat([head, Buffer.from([next(256)]), rest.subarray(1)]),
      () => head,
      () => Buffer.concat([content, content.subarray(at)]),
    ]
    content = changes[next(changes.length)]?.() ?? content
  }
  return { path, bytes: content }
}

/** What must not come out. */
const HIDDEN = /[\0-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u

/** Everything that an import of these files would write or show, as text. */
async function shown(format: string, files: readonly SourceFile[]): Promise<string[]> {
  const importer = IMPORTERS.find((one) => one.format === format)
  const table = REVIEWED_WORKFLOW
  const document = await importer!.read(files, { table })
  const plan = planImport({
    document,
    targets: document.features.map((feature, at) => ({
      feature,
      slug: `00${at + 1}-demo`,
      source: 'demo',
      log: new FeatureLog(`00${at + 1}-demo`, table),
      filePackages: [],
      isGone: false,
    })),
    table,
    lanes: laneMap(document, table, []),
    inPlace: false,
    importer: 'ada',
    now: '2026-01-01T00:00:00.000Z',
    faultOf: (draft) => draftFault(draft, REGISTRY),
    fileFaultOf: () => undefined,
  })
  return [
    ...plan.drafts.map(({ causation_id, payload, actor, entity_id }) =>
      [causation_id, entity_id, actor, ...textsIn(payload)].join('\n'),
    ),
    ...plan.packages.flatMap(({ fileName, item, work_package, itemId, definition }) => [
      fileName ?? '',
      item === null || definition === null
        ? ''
        : packageFileText({
            workPackage: work_package,
            definition,
            format,
            itemId,
            item,
          }),
    ]),
    ...plan.problems.map(({ message }) => message),
    ...plan.losses.map(({ what }) => what),
  ]
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

describe.each(Object.keys(SOURCES))('any file taken for %s', (format) => {
  it('is read without a failure, and brings no invisible character', async () => {
    for (let seed = FIRST; seed < FIRST + RUNS; seed += 1) {
      const next = numbers(seed * 7919)
      const files = (SOURCES[format] ?? []).map((one) => (next(3) === 0 ? one : mutated(one, next)))
      const texts = await shown(format, files).catch((error: unknown) => {
        if (isKittyError(error)) return []
        throw new Error(`seed ${seed}`, { cause: error })
      })
      const odd = texts.find((text) => HIDDEN.test(text))
      expect(odd, `seed ${seed}`).toBeUndefined()
    }
  })
})
