// Writes docs/json.md: what each command prints with --json, from the types in the code.
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { documentsOf, exportedType, isEndless, programOf, TypeWriter } from './document-types.mjs'

const HEAD = [
  '# JSON documents',
  '',
  'Written by `npm run docs` from the types in the code. With `--json` every command prints exactly one JSON document on',
  'stdout, whatever happens, and nothing else goes there. Warnings and progress are on stderr.',
  '',
  '- Keys are in snake_case. A key without a value holds `null` or `[]`; only keys with a `?` below may be absent.',
  "- Times are RFC 3339 in UTC. Paths are relative to the repository's root unless a key says otherwise.",
  '- New keys may come with any release. Keys go, or change their meaning, only with a new major version.',
  '- Commands that go on until they are interrupted (`watch`, `events list --follow`, `status --watch`) refuse',
  '  `--json`; `--format jsonl` prints one document per line.',
]

/**
 * @param root folder of the checkout @param commands those of oclif.manifest.json @param exits kinds of error and their
 * exit codes
 * @returns the page @throws Error naming each command that has no document
 */
export async function jsonPage(root, commands, exits) {
  const code = programOf(root)
  const writer = new TypeWriter(code, root)
  const missing = []
  const parts = commands.flatMap(({ id, relativePath, enableJsonFlag, summary }) => {
    if (enableJsonFlag === false) return []
    const file = join(
      root,
      relativePath
        .join('/')
        .replace(/^dist\//, 'src/')
        .replace(/\.js$/, '.ts'),
    )
    const texts = new Set(documentsOf(code, file).map((type) => ofCommand(writer, type, id)))
    const isStream = texts.size === 0 && isEndless(code, file)
    if (texts.size === 0 && !isStream) missing.push(id)
    const spoken = id.replaceAll(':', ' ')
    return [
      '',
      `## kitty ${spoken}`,
      '',
      `${summary}. [Flags and examples](commands.md#kitty-${id.replaceAll(':', '-')}).`,
      ...(isStream ? ['', 'It goes on until it is interrupted, and refuses `--json`.'] : []),
      ...[...texts].flatMap((text, at) => [at === 0 ? '' : '\nor\n', ts(`type Document = ${text}`)]),
    ]
  })
  if (missing.length > 0)
    throw new Error(
      `These commands return no document for --json: ${missing.join(', ')}. Return this.document(result), with a type.`,
    )
  const failure = writer.text(
    exportedType(code, join(root, 'src/core/cli/failure.ts'), 'FailureDocument'),
    'error',
  )
  const eventFile = join(root, 'src/core/projections/board-document.ts')
  const event = writer.body(exportedType(code, eventFile, 'EventDocument'), 'Event', '')
  const help = writer.text(
    exportedType(code, join(root, 'src/core/cli/help-document.ts'), 'HelpDocument'),
    'help',
  )
  const page = [
    ...HEAD,
    '',
    '## Failures',
    '',
    'A command that fails prints this document and exits with the code of its kind. `context` holds facts for programs.',
    ts(`type Document = { error: ${failure} }`),
    '',
    '| kind | exit code |',
    '| --- | --- |',
    ...Object.entries(exits).map(([kind, exit]) => `| \`${kind}\` | ${exit} |`),
    '',
    'Exit codes: 0 done, 1 refused by a rule of the workflow, 2 wrong usage, 3 data damaged or not writable, 4 another',
    'process holds the lock, 5 the environment is not ready, 6 lost the race: it is no longer in the expected state.',
    'What to do about each is in [troubleshooting](troubleshooting.md).',
    '',
    '## Help',
    '',
    '`--help --json` describes a command, or a topic and the commands in it.',
    ts(`type Document = ${help}`),
    ...parts,
    '',
    '## Shapes',
    '',
    'What the documents above have in common. `Event` is a line of the log: [formats](formats.md) has its keys and every',
    'payload.',
    ts(`type Event = ${event}`),
    ...[...writer.named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => ts(text)),
    '',
  ].join('\n')
  return format(page, { ...(await resolveConfig(join(root, 'docs/json.md'))), filepath: 'docs/json.md' })
}

function ofCommand(writer, type, id) {
  if (type.isUnion()) return type.types.map((one) => ofCommand(writer, one, id)).join(' | ')
  return writer.body(type, id, '', 'warnings: string[]')
}

function ts(text) {
  return `\n\`\`\`ts\n${text}\n\`\`\``
}
