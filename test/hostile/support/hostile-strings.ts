import type { Random } from '../../support/random.js'
import { EVENT_KEYS, PAYLOAD_SCHEMAS } from '../../../src/core/events-lib.js'
import { event, FEATURE } from './victim.js'

/** The file that every shell injection would create. */
export const PWNED = 'PWNED'
const KIB64 = 64 * 1024

const PIECES: Readonly<Record<string, readonly string[]>> = {
  shell: [
    `$(touch ${PWNED})`,
    `\`touch ${PWNED}\``,
    `; touch ${PWNED} #`,
    `' ; touch ${PWNED} ; '`,
    `" && touch ${PWNED} "`,
    `| tee ${PWNED}`,
    `\n touch ${PWNED} \n`,
    '--output=PWNED',
    '-rf',
    '${IFS}',
    '!!',
    '~root',
    '*',
    '\\',
  ],
  path: [
    '../../outside/bashrc',
    '/etc/passwd',
    '..',
    '.git/config',
    'a/b',
    '..\\..\\x',
    'C:\\x',
    '\\\\host\\share',
    'CON',
    'x:stream',
    '001-demo/../../x',
    '%2e%2e%2f',
  ],
  terminal: [
    '\u001b[2J\u001b[31m',
    '\u001b]0;title\u0007',
    '\u001bP+q\u001b\\',
    '\u009b2J',
    '\b\b\b',
    '\r',
    '\u007f',
    '\u001b]8;;http://x\u0007',
  ],
  bidi: ['\u202egnp\u2066', '\u200e\u200f', '\u061c', '\u2069\u202c'],
  invisible: [
    '\u{e0041}\u{e007f}',
    '\u200b\u2060',
    '\ufeff',
    '\u3164\u115f',
    '\u00ad',
    '\u2028\u2029',
    '\ufff9',
  ],
  nul: ['\u0000', 'a\u0000b', '\ud800', '\udc00x'],
  name: ['__proto__', 'constructor', 'toString', 'null', 'WP01', '0', 'NaN'],
}
const LONG: readonly string[] = [
  'A'.repeat(KIB64),
  '('.repeat(KIB64),
  ' '.repeat(KIB64),
  '\u200b'.repeat(KIB64),
  'a-'.repeat(KIB64 / 2),
  '\u001b['.repeat(KIB64 / 2),
  '&a '.repeat(KIB64 / 3),
]

/** A string of one kind, or of two glued together; one in twenty has 64 KiB. */
export function hostileString(random: Random): string {
  if (random.chance(0.05)) return random.pick(LONG)
  const piece = (): string => random.pick(Object.values(PIECES).flat())
  return random.chance(0.6) ? piece() : `${piece()}${piece()}`
}

type Json = Readonly<Record<string, unknown>>
type Path = readonly (string | number)[]

/** A value that fits the schema, and the place of every string in it that the writer chooses. */
function sample(schema: Json, path: Path, leaves: Path[]): unknown {
  const options = (schema['anyOf'] ?? schema['oneOf']) as readonly Json[] | undefined
  if (options !== undefined) return sample(options.find((one) => one['type'] !== 'null') ?? {}, path, leaves)
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum'])) {
    leaves.push(path)
    return schema['enum'][0]
  }
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type']
  if (type === 'object') {
    const properties = (schema['properties'] ?? { any: {} }) as Record<string, Json>
    return Object.fromEntries(
      Object.entries(properties).map(([key, one]) => [key, sample(one, [...path, key], leaves)]),
    )
  }
  if (type === 'array') return [sample((schema['items'] ?? {}) as Json, [...path, 0], leaves)]
  if (type === 'integer' || type === 'number') {
    leaves.push(path)
    return 1
  }
  if (type === 'boolean') return true
  leaves.push(path)
  return path.at(-1) === 'feature_slug'
    ? FEATURE
    : /work_package|^id$/.test(String(path.at(-1)))
      ? 'WP01'
      : 'x'
}

function withAt(value: unknown, [key, ...rest]: Path, put: unknown): unknown {
  if (key === undefined) return put
  if (Array.isArray(value))
    return value.map((item: unknown, at) => (at === key ? withAt(item, rest, put) : item))
  return { ...(value as Json), [key]: withAt((value as Json)[key], rest, put) } // an object of `sample`
}

const ENVELOPE = EVENT_KEYS.filter((key) => key !== 'payload' && key !== 'parents')

const ENTITY_OF: Readonly<Record<string, string>> = {
  SpecCreated: 'FeatureSpec',
  GateCreated: 'Gate',
  GateResultChanged: 'Gate',
}

/** One event per field of every type, with that field hostile and the others as they should be. */
export function hostileEvents(random: Random): object[] {
  return Object.entries(PAYLOAD_SCHEMAS).flatMap(([type, { json }]) => {
    const leaves: Path[] = []
    const payload = sample(json, [], leaves)
    const whole = (changes: object): object =>
      event({
        event_type: type,
        entity_type: ENTITY_OF[type] ?? 'WorkPackage',
        entity_id: type === 'SpecCreated' ? FEATURE : 'WP01',
        lamport_clock: random.int(20, 59),
        payload,
        ...changes,
      })
    return [
      ...leaves.map((path) => whole({ payload: withAt(payload, path, hostileString(random)) })),
      ...ENVELOPE.map((key) => whole({ [key]: hostileString(random) })),
      whole({ parents: [hostileString(random)] }),
      whole({ [hostileString(random)]: hostileString(random) }),
    ]
  })
}

const FRONT_MATTER = [
  'work_package_id',
  'title',
  'lane',
  'dependencies',
  'subtasks',
  'priority',
  'tags',
  'work_package_title',
  'agent',
]

/** File name → content, one per key of front matter: as JSON text in YAML, and as it is. */
export function hostilePackages(random: Random): (readonly [string, string])[] {
  return FRONT_MATTER.flatMap((key, at) =>
    [true, false].map((isQuoted, form): readonly [string, string] => {
      const id = `WP${20 + at * 2 + form}`
      const text = hostileString(random)
      const keys = {
        work_package_id: id,
        title: 'x',
        lane: 'planned',
        dependencies: '[]',
        subtasks: '[]',
        [key]: isQuoted ? JSON.stringify(text) : text,
      }
      const lines = Object.entries(keys).map(([name, value]) => `${name}: ${value}\n`)
      return [
        `${id}-part.md`,
        `---\n${lines.join('')}---\n\n# ${hostileString(random)}\n\n- [ ] T001 ${hostileString(random)}\n`,
      ]
    }),
  )
}

/** Settings with one place hostile: every key, and every name that a workflow of one's own may give. */
export function hostileConfigs(random: Random): string[] {
  const text = (): string => hostileString(random)
  return [
    { workflow: text() },
    {
      workflow: {
        lanes: ['planned', text(), 'done'],
        moves: { planned: [{ to: text() }] },
        initial: 'planned',
        final: ['done'],
      },
    },
    { log: { files: text() } },
    { merge: { status: text(), by: text() } },
    { claims: { expire: text() } },
    { errors: { track: text() } },
    { authors: [text(), text()] },
    { hub: text() },
    { hub: { hosts: [text()], database: text(), id: text() } },
    { [text()]: text() },
    text(),
  ].map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
}
