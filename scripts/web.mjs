/**
 * Builds the page of `kitty web` into dist/web, with metafile.json next to it. Fails if the page exceeds its budget or
 * contains code that belongs to the server.
 */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { minify } from 'terser'
import { chartsOnly } from './web/charts-only.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCE = join(ROOT, 'web', 'src')
const OUT = join(ROOT, 'dist', 'web')
const BUDGET = { minified: 120 * 1024, gzipped: 45 * 1024 }
/** The server parses Markdown and folds events. */
const FORBIDDEN = /markdown-it|kitty-events|packages\/events|\bsrc\/core\b/

await rm(OUT, { recursive: true, force: true })
await mkdir(OUT, { recursive: true })
const { metafile } = await build({
  entryPoints: { app: join(SOURCE, 'main.tsx'), style: join(SOURCE, 'app.css') },
  outdir: OUT,
  entryNames: '[name]',
  absWorkingDir: ROOT,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome125', 'firefox126', 'safari18'],
  jsx: 'transform',
  jsxFactory: 'h',
  jsxFragment: 'Fragment',
  // Uses the drag-and-drop library's build for current browsers, which is a third smaller.
  mainFields: ['module:es2019', 'module', 'main'],
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [chartsOnly],
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
})
// Only a minifier that analyzes function bodies removes the dead declarations inside uPlot's single function.
const program = join(OUT, 'app.js')
const { code } = await minify(await readFile(program, 'utf8'), {
  module: true,
  compress: { passes: 3, ecma: 2020 },
})
await writeFile(program, code)
for (const name of ['index.html', 'icon.svg']) await cp(join(SOURCE, name), join(OUT, name))

const strangers = Object.keys(metafile.inputs).filter((input) => FORBIDDEN.test(input))
if (strangers.length > 0) throw new Error(`dist/web must not hold ${strangers.join(', ')}`)
const size = { minified: 0, gzipped: 0 }
for (const name of await readdir(OUT)) {
  const bytes = await readFile(join(OUT, name))
  size.minified += bytes.length
  size.gzipped += gzipSync(bytes, { level: 9 }).length
}
await writeFile(join(ROOT, 'dist', 'web-metafile.json'), JSON.stringify({ ...metafile, size }))
for (const [kind, most] of Object.entries(BUDGET))
  if (size[kind] > most) throw new Error(`dist/web has ${size[kind]} bytes ${kind}, and may have ${most}`)
