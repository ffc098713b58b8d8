/** Who may import whom: docs/architecture.md, "Layers". test/house/layers.test.ts sees each rule fire. */
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })
const REST_OF_CORE =
  '^src/core/(services|rules|store|projections|specs|log|index|cli|di|plugin|follow|git|files|lock)'
/** Interfaces with their tokens: what a command or an aspect may name of the rooms below. */
const PORTS = '^src/core/(store/event-store|index/index-health|plugin/host/after-events)\\.ts$'

/**
 * Who opens files by itself: the gates' rooms; git's directory, SQLite's file and the log's own files, each behind a
 * check of its own; the program's own files and the terminal; the doctor, which looks at what the gates refuse.
 */
const OPENS_FILES = [
  'core/(files|log|lock|platform|git|index|follow|plugin)/',
  'bin/',
  'core/errors/jsonl-error-storage',
  'core/(own-package|events-lib-version|workspace/find-workspace)',
  'core/cli/(standard-output|random-bytes|bundled-program|completion/known-commands)',
  'core/services/(doctor/|verify/|workspaces/workspaces)',
].join('|')

module.exports = {
  forbidden: [
    rule(
      'no-cycles',
      'Two modules that need each other are one module, or miss a third.',
      {},
      { circular: true },
    ),
    rule(
      'events-library-is-pure',
      'The events library imports nothing, so that any program can use it: pass what it needs as arguments.',
      { path: '^packages/events/src' },
      { pathNot: '^packages/events/src' },
    ),
    rule(
      'one-door-to-the-events-library',
      'Import it from core/events-lib.',
      { path: '^src', pathNot: '^src/core/events-lib\\.ts$' },
      { path: '^(packages/events|node_modules/kitty-events)' },
    ),
    rule(
      'commands-call-services',
      'A command parses, calls a service and renders. Put the rest into core/services.',
      { path: '^src/commands' },
      {
        path: '^(src/core/(log|index|store|specs|projections)|src/entities)',
        pathNot: PORTS,
        dependencyTypesNot: ['type-only'],
      },
    ),
    rule(
      'commands-touch-nothing',
      'A command neither reads files nor queries databases.',
      { path: '^src/commands' },
      { path: '(^node:)?(fs|child_process)(/promises)?$|^node_modules/(typeorm|sqlite3)/' },
    ),
    rule(
      'core-knows-no-commands',
      'Core works without a command line.',
      { path: '^src/(core|aspects|entities)' },
      { path: '^src/commands' },
    ),
    rule(
      'typeorm-behind-the-index',
      'Only core/index, core/hub, core/report and the entities know TypeORM and SQLite.',
      { path: '^src', pathNot: '^src/(core/(index|report|hub)|entities)/' },
      { path: '^node_modules/(typeorm|sqlite3)/' },
    ),
    rule(
      'adapters-behind-the-container',
      'Ask the container for the token; only di/container knows the class.',
      { path: '^src', pathNot: '^src/core/(di/container\\.ts|log/|lock/|index/)' },
      {
        path: '^src/core/(log/(jsonl-event-log|file-clock-storage)|log/repair/file-journal|lock/file-lock|index/(sqlite/(sqlite-event-index|connection|sqlite-index-health)|memory-event-index)|store/log-event-store|errors/jsonl-error-storage|hub/hub-link)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    ),
    rule(
      'aspects-know-tokens-alone',
      'An aspect knows a service by its token and its port.',
      { path: '^src/aspects' },
      { path: REST_OF_CORE, pathNot: PORTS, dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'lower-rooms-do-not-look-up',
      'log, index and specs are below store, services and cli.',
      { path: '^src/core/(log|index|specs|git|files|lock)/' },
      { path: '^src/core/(store|services|cli|projections|follow)/', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'store-below-services',
      'The store knows nothing of use cases or of printing.',
      { path: '^src/core/(store|projections)/' },
      { path: '^src/core/(services|cli)/', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'services-print-nothing',
      'A service knows no flags and no printing.',
      { path: '^src/core/services/' },
      { path: '^(src/core/cli/|node_modules/@oclif/)' },
    ),
    rule(
      'entities-below-everything',
      'Entities are columns, nothing else.',
      { path: '^src/entities' },
      { path: '^src/(core|aspects|commands)' },
    ),
    rule(
      'launcher-stands-alone',
      'The launcher starts the bundle: whatever it imports is there twice, and loads at every start.',
      { path: '^src/bin/' },
      { pathNot: '^(src/bin/|node:|fs$|path$|url$|vm$|module$)' },
    ),
    rule(
      'one-storage-of-context',
      'Node walks through every AsyncLocalStorage that was ever used with every promise: CallScope shares one.',
      { path: '^src', pathNot: '^src/core/store/call-scope[.]ts$' },
      { path: '^(node:)?async_hooks$' },
    ),
    rule(
      'one-git',
      'Ask git through core/git: one environment, errors with a kind. plugin/host/npm runs npm, by its absolute path; open-in-browser a browser; editor the user’s editor; child-command what the user names.',
      {
        path: '^src',
        pathNot: '^src/core/(git/git|plugin/host/npm|cli/open-in-browser|cli/editor|cli/child-command)[.]ts$',
      },
      { path: '^(node:)?child_process$' },
    ),
    rule(
      'files-through-the-gate',
      'A repository is input: read, list and write below its root through core/files/work-tree.',
      { path: '^src', pathNot: `^src/(${OPENS_FILES})` },
      { path: '^(node:)?fs(/promises)?$' },
    ),
    rule(
      'postgres-behind-the-hub',
      'Only core/hub and core/report know the driver of PostgreSQL, and load it when they are asked.',
      { path: '^src', pathNot: '^src/core/(hub|report)/' },
      { path: '^node_modules/(@types/)?pg/' },
    ),
    rule(
      'declared-packages-only',
      'Add it to dependencies in package.json.',
      { path: '^(src|packages)' },
      // TypeORM and pg ship in dist/bundle, to which `#typeorm` and `#pg` lead.
      {
        pathNot: '^node_modules/(typeorm|(@types/)?pg)/',
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev', 'unknown'],
      },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
