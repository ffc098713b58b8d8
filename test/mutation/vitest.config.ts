import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { resolve } from '../../vitest.config.js'
import { endKeptWorker, keptWorker } from './kept-worker.js'

/** A mutant is done at its first failure: what noticed the one before comes first, then what takes least. */
class QuickFirst extends BaseSequencer {
  override sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const cost = ({ project, moduleId }: TestSpecification): number => {
      const last = this.ctx.cache.getFileTestResults(
        `${project.name}:${relative(this.ctx.config.root, moduleId)}`,
      )
      return last?.failed === true ? -1 : (last?.duration ?? 0)
    }
    return Promise.resolve([...specifications].sort((a, b) => cost(a) - cost(b)))
  }
}

/** What `run.mjs` mutates with: the tests of one room, in one process, in a fixed order. */
export default defineConfig({
  plugins: [
    {
      name: 'kept worker',
      // Not by `pool`: the runner of the mutants overrides it.
      configureVitest: ({ vitest, project }) => {
        vitest.onClose(endKeptWorker)
        Object.assign(project.config, { pool: keptWorker.name, poolRunner: keptWorker })
      },
    },
  ],
  resolve: {
    ...resolve,
    alias: { ...resolve.alias, 'fast-check': fileURLToPath(new URL('./fast-check.ts', import.meta.url)) },
  },
  test: {
    include: (process.env['KITTY_MUTATION_TESTS'] ?? '').split(' '),
    // The first reads the sources as text, and a mutated source is another text. The next two start programs, which are
    // not in the sandbox or not mutated. The others take seconds each, for crowds and for one damage after the other.
    exclude: [
      ...['purity', 'interrupted-rebuild', 'append-failing-calls', 'crowds', 'index-damage', 'many-packages'],
      ...['wal-limit', 'whole-commands', 'ending-process', 'gates-of-one-package'],
    ]
      .map((name) => `**/${name}.test.ts`)
      .concat('**/node_modules/**'),
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts', 'test/mutation/load-room.ts'],
    // The modules are loaded once for all files.
    isolate: false,
    sequence: { sequencer: QuickFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
