import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser'
import { beforeAll, describe, expect, it } from 'vitest'
import { sharedFolder } from '../support/temp-folder.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Rules {
  readonly forbidden: readonly (IForbiddenRuleType & { readonly name: string; readonly comment: string })[]
  readonly options: Readonly<Record<string, unknown>>
}

/** By rule: a file that must not be, and what it imports. The files it imports exist, and are empty. */
const FORBIDDEN: Readonly<Record<string, readonly [file: string, imported: string]>> = {
  'no-cycles': ['src/core/services/ring-a.ts', './ring-b.js'],
  'events-library-is-pure': ['packages/events/src/impure.ts', 'node:fs'],
  'one-door-to-the-events-library': [
    'src/core/services/other-door.ts',
    '../../../packages/events/src/index.js',
  ],
  'commands-call-services': ['src/commands/reads-the-log.ts', '../core/log/event-log.js'],
  'commands-touch-nothing': ['src/commands/reads-files.ts', 'node:fs'],
  'core-knows-no-commands': ['src/core/services/knows-a-command.ts', '../../commands/init.js'],
  'typeorm-behind-the-index': ['src/core/services/knows-typeorm.ts', 'typeorm'],
  'postgres-behind-the-hub': ['src/core/services/knows-postgres.ts', 'pg'],
  'adapters-behind-the-container': ['src/core/services/knows-an-adapter.ts', '../lock/file-lock.js'],
  'aspects-know-tokens-alone': ['src/aspects/knows-a-service.ts', '../core/services/ring-b.js'],
  'lower-rooms-do-not-look-up': ['src/core/log/looks-up.ts', '../store/event-store.js'],
  'store-below-services': ['src/core/store/looks-up.ts', '../services/ring-b.js'],
  'services-print-nothing': ['src/core/services/prints.ts', '../cli/print.js'],
  'entities-below-everything': ['src/entities/looks-up.ts', '../core/errors/kitty-error.js'],
  'launcher-stands-alone': ['src/bin/knows-core.ts', '../core/errors/kitty-error.js'],
  'one-storage-of-context': ['src/core/services/keeps-context.ts', 'node:async_hooks'],
  'one-git': ['src/core/services/runs-git.ts', 'node:child_process'],
  'files-through-the-gate': ['src/core/specs/opens-a-file.ts', 'node:fs'],
  'declared-packages-only': ['src/core/services/undeclared.ts', 'fast-check'],
}

describe('the layer rules', () => {
  const rules = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')) as Rules // its own shape, read below
  let violations: { readonly rule: string; readonly from: string }[]

  beforeAll(async () => {
    violations = await violationsIn(wrongHouse(), rules)
  }, 60_000)

  it('each have a file here that breaks them', () => {
    expect(Object.keys(FORBIDDEN).sort()).toEqual(rules.forbidden.map((rule) => rule.name).sort())
  })

  it.each(Object.entries(FORBIDDEN))('%s is named when it is broken', (rule, [file]) => {
    expect(violations).toContainEqual({ rule, from: file })
  })

  it('say what to do instead', () => {
    for (const rule of rules.forbidden) expect(rule.comment.length, rule.name).toBeGreaterThan(30)
  })

  it('let a service import what it may', () => {
    expect(violations.filter(({ from }) => from === 'src/core/services/allowed.ts')).toEqual([])
  })
})

/** A program of nothing but forbidden imports, outside of the repository. */
function wrongHouse(): string {
  const root = sharedFolder()
  for (const file of ['package.json', 'tsconfig.json', 'tsconfig/base.json'])
    cpSync(join(ROOT, file), join(root, file))
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  write('src/core/services/ring-b.ts', "import { a } from './ring-a.js'\nexport const b = a\n")
  write('src/core/services/allowed.ts', "import { b } from '../store/event-store.js'\nexport const a = b\n")
  for (const [file, imported] of Object.values(FORBIDDEN)) {
    write(file, `import * as it from '${imported}'\nexport const a: unknown = it\n`)
    if (!imported.startsWith('.')) continue
    const target = join(dirname(file), imported).replace(/\.js$/, '.ts')
    if (!target.endsWith('ring-b.ts')) write(target, 'export const b = 1\n')
  }
  return root
}

async function violationsIn(
  root: string,
  { forbidden, options }: Rules,
): Promise<{ rule: string; from: string }[]> {
  // Without the program's own options the wrong files would be resolved in another way than the right ones.
  const cruiseOptions = Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'tsConfig'))
  const result = await cruise(
    ['src', 'packages'],
    {
      ...cruiseOptions,
      preserveSymlinks: true,
      baseDir: root,
      ruleSet: { forbidden: [...forbidden] },
      validate: true,
    },
    undefined,
    { tsConfig: JSON.parse(readFileSync(join(root, 'tsconfig/base.json'), 'utf8')) as object },
  )
  const { summary } = result.output as ICruiseResult // no reporter was asked for, so it is the result itself
  return summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }))
}
