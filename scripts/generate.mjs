// Writes src/core/index/sqlite/columns.ts from the index's entities; run it after a build: `npm run generate`. With --check it
// only reports whether the file is up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { getMetadataArgsStorage } from 'typeorm'

const TARGET = fileURLToPath(new URL('../src/core/index/sqlite/columns.ts', import.meta.url))
const TYPES = { text: 'string', integer: 'number' }

/** @param entities Classes with TypeORM's decorators. @returns the module, formatted. */
export async function columnsModule(entities) {
  const { tables, columns, generations } = getMetadataArgsStorage()
  const parts = entities.map((entity) => {
    const { name } = tables.find(({ target }) => target === entity)
    const own = columns.filter((column) => column.target === entity && !generations.some(isOf(column)))
    return table(
      name,
      own.map(({ propertyName, options }) => ({
        name: propertyName,
        type: typeOf(name, propertyName, options),
      })),
    )
  })
  const head =
    "// Written by `npm run generate` from src/entities, where a table's columns are named: change the entity.\n"
  return format(`${head}\n${parts.join('\n')}`, { ...(await resolveConfig(TARGET)), filepath: TARGET })
}

/** SQLite numbers such a column itself. */
function isOf({ target, propertyName }) {
  return (generation) => generation.target === target && generation.propertyName === propertyName
}

function typeOf(table, column, { type, nullable }) {
  if (!Object.hasOwn(TYPES, type)) throw new Error(`${table}.${column}: no TypeScript type for ${type}`)
  return nullable ? `${TYPES[type]} | null` : TYPES[type]
}

function table(name, columns) {
  const Name = name.replace(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase())
  return `/** The columns of \`${name}\`, as SQL names them. */
export const ${name.toUpperCase()}_COLUMNS = '${columns.map((column) => `"${column.name}"`).join(', ')}'

export interface ${Name}Row {
${columns.map((column) => `  readonly ${column.name}: ${column.type}`).join('\n')}
}

/** In the order of the columns, each by name: looking a value up by its column's name takes as long as storing it. */
export function ${name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())}Values(row: ${Name}Row): readonly (${[...new Set(columns.flatMap((column) => column.type.split(' | ')))].join(' | ')})[] {
  return [${columns.map((column) => `row.${column.name}`).join(', ')}]
}
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { ENTITIES } = await import('../dist/entities/index.js')
  const text = await columnsModule(ENTITIES)
  if (process.argv.includes('--check')) {
    if (readFileSync(TARGET, 'utf8') !== text) {
      process.stderr.write('src/core/index/sqlite/columns.ts is stale: npm run build && npm run generate\n')
      process.exitCode = 1
    }
  } else writeFileSync(TARGET, text)
}
