/** The formats that kitty itself reads and writes, each loaded on first use. A plugin adds its own: docs/plugins.md. */
import type { WorkflowTable } from '../events-lib.js'
import type { ReadOptions, SourceFile, TransferDocument, WrittenFile } from './document.js'

/** Where a format keeps its files below the given path; the first place that has any is used. */
export interface ImportPlace {
  /** Empty for the path itself. */
  readonly folder: string
  /** How many levels of folders to search below it. */
  readonly depth: number
}

/** A readable format. Pure: it receives files and does not know where they are. */
export interface Importer {
  /** Lowercase letters, digits and dashes. Part of every import key: after a rename, everything is imported again. */
  readonly format: string
  /** One line for the help. */
  readonly summary: string
  readonly places: readonly ImportPlace[]
  /** Whether a file in a place belongs to the format. @param path relative to the place, with `/` */
  accepts(path: string): boolean
  read(files: readonly SourceFile[], options: ReadOptions): TransferDocument | Promise<TransferDocument>
}

/** A writable format. */
export interface Exporter {
  readonly format: string
  readonly summary: string
  /** True for a folder of files; false for a single file, which may also go to stdout. */
  readonly isFolder: boolean
  write(
    document: TransferDocument,
    table: WorkflowTable,
  ): readonly WrittenFile[] | Promise<readonly WrittenFile[]>
}

const HERE = [{ folder: '', depth: 0 }]

export const IMPORTERS: readonly Importer[] = [
  {
    format: 'spec-kitty',
    summary: 'kitty-specs/, with status.events.jsonl: the whole history',
    places: [
      { folder: 'kitty-specs', depth: 4 },
      { folder: '', depth: 4 },
    ],
    accepts: (path) =>
      /(?:^|\/)(?:status\.events\.jsonl|meta\.json|tasks\/(?:.*\/)?WP[^/]*\.md)$/i.test(path),
    read: async (files, options) =>
      (await import('./spec-kitty/read-mission.js')).readSpecKitty(files, options),
  },
  {
    format: 'beads',
    summary: '.beads/issues.jsonl',
    places: [{ folder: '.beads', depth: 0 }, ...HERE],
    accepts: (path) => path === 'issues.jsonl' || path === 'beads.jsonl',
    read: async (files, options) => (await import('./beads/read-beads.js')).readBeads(files, options),
  },
  {
    format: 'backlog',
    summary: "Backlog.md's backlog/ folder",
    places: [
      { folder: 'backlog', depth: 1 },
      { folder: '.backlog', depth: 1 },
      { folder: '', depth: 1 },
    ],
    accepts: (path) => /^config\.ya?ml$|^(?:tasks|completed|drafts)\/[^/]+\.md$/.test(path),
    read: async (files, options) => (await import('./backlog/read-backlog.js')).readBacklog(files, options),
  },
  {
    format: 'task-master',
    summary: '.taskmaster/tasks/tasks.json',
    places: [{ folder: '.taskmaster/tasks', depth: 0 }, { folder: 'tasks', depth: 0 }, ...HERE],
    accepts: (path) => path === 'tasks.json',
    read: async (files, options) =>
      (await import('./task-master/read-task-master.js')).readTaskMaster(files, options),
  },
  {
    format: 'github',
    summary: "issues as gh api --paginate 'repos/OWNER/REPO/issues?state=all' prints them",
    places: HERE,
    accepts: (path) => /^issues.*\.json$/.test(path),
    read: async (files, options) => (await import('./github/read-github.js')).readGithub(files, options),
  },
  {
    format: 'taskwarrior',
    summary: 'what task export prints',
    places: HERE,
    accepts: (path) => /^(?:tasks?|export).*\.jsonl?$/.test(path),
    read: async (files, options) =>
      (await import('./taskwarrior/read-taskwarrior.js')).readTaskwarrior(files, options),
  },
  {
    format: 'csv',
    summary: 'a table with headings, at least a title',
    places: HERE,
    accepts: (path) => /\.[ct]sv$/.test(path),
    read: async (files, options) => (await import('./csv/read-csv.js')).readCsv(files, options),
  },
  {
    format: 'markdown',
    summary: 'a list of - [ ] entries',
    places: HERE,
    accepts: (path) => /^(?:todo|tasks|checklist)\.md$/i.test(path),
    read: async (files) => (await import('./markdown/read-checklist.js')).readChecklist(files),
  },
]

export const EXPORTERS: readonly Exporter[] = [
  {
    format: 'spec-kitty',
    summary: 'a folder kitty-specs/ with missions, their history included',
    isFolder: true,
    write: async (document, table) =>
      (await import('./spec-kitty/write-mission.js')).writeSpecKitty(document, table),
  },
  {
    format: 'beads',
    summary: 'issues.jsonl for bd import',
    isFolder: false,
    write: async (document, table) => (await import('./beads/write-beads.js')).writeBeads(document, table),
  },
  {
    format: 'backlog',
    summary: 'a folder backlog/ for Backlog.md',
    isFolder: true,
    write: async (document, table) =>
      (await import('./backlog/write-backlog.js')).writeBacklog(document, table),
  },
  {
    format: 'csv',
    summary: 'a table for a spreadsheet',
    isFolder: false,
    write: async (document, table) => (await import('./csv/write-csv.js')).writeCsv(document, table),
  },
  {
    format: 'markdown',
    summary: 'the board, to paste into a pull request',
    isFolder: false,
    write: async (document, table) => (await import('./markdown/write-board.js')).writeBoard(document, table),
  },
  {
    format: 'mermaid',
    summary: 'the dependencies as a flowchart',
    isFolder: false,
    write: async (document, table) =>
      (await import('./mermaid/write-mermaid.js')).writeMermaid(document, table),
  },
  {
    format: 'github',
    summary: 'a shell script of gh calls, to read and then run yourself',
    isFolder: false,
    write: async (document, table) =>
      (await import('./github/write-script.js')).writeGithubScript(document, table),
  },
]
